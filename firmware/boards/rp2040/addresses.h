// Where the RP2040 has what rp2/ sets up. Sections are its datasheet's.

#ifndef MCUFORGE_BOARDS_RP2040_ADDRESSES_H_
#define MCUFORGE_BOARDS_RP2040_ADDRESSES_H_

#include <cstdint>

namespace rp2 {

constexpr uint32_t kClocks = 0x40008000;     // 2.15.7
constexpr uint32_t kResets = 0x4000C000;     // 2.14.3
constexpr uint32_t kIoBank0 = 0x40014000;    // 2.19.6.1
constexpr uint32_t kPadsBank0 = 0x4001C000;  // 2.19.6.3
constexpr uint32_t kXosc = 0x40024000;       // 2.16.7
constexpr uint32_t kPllSys = 0x40028000;     // 2.18.4

constexpr uint32_t kResetsIoBank0 = 1u << 5;  // 2.14.3
constexpr uint32_t kResetsPadsBank0 = 1u << 8;
constexpr uint32_t kResetsPllSys = 1u << 12;
constexpr uint32_t kResetsUart0 = 1u << 22;

constexpr uint32_t kUndivided = 1u << 8;           // of CLK_REF_DIV and CLK_SYS_DIV, 2.15.7
constexpr uint32_t kPadIsolated = 0;               // it has no such bit
constexpr uint32_t kMaxHz = 133'000'000;           // 5.3
constexpr uint32_t kRingOscillatorHz = 6'500'000;  // about so, 2.17.3

}  // namespace rp2

#endif  // MCUFORGE_BOARDS_RP2040_ADDRESSES_H_
