// Where the RP2350 has what rp2/ sets up: as in the register descriptions of Raspberry Pi's SDK
// (src/rp2350/hardware_regs: addressmap.h, resets.h, pads_bank0.h).

#ifndef MCUFORGE_BOARDS_RP2350_ADDRESSES_H_
#define MCUFORGE_BOARDS_RP2350_ADDRESSES_H_

#include <cstdint>

namespace rp2 {

constexpr uint32_t kClocks = 0x40010000;
constexpr uint32_t kResets = 0x40020000;
constexpr uint32_t kIoBank0 = 0x40028000;
constexpr uint32_t kPadsBank0 = 0x40038000;
constexpr uint32_t kXosc = 0x40048000;
constexpr uint32_t kPllSys = 0x40050000;

constexpr uint32_t kResetsIoBank0 = 1u << 6;
constexpr uint32_t kResetsPadsBank0 = 1u << 9;
constexpr uint32_t kResetsPllSys = 1u << 14;
constexpr uint32_t kResetsUart0 = 1u << 26;

constexpr uint32_t kUndivided = 1u << 16;   // of CLK_REF_DIV and CLK_SYS_DIV
constexpr uint32_t kPadIsolated = 1u << 8;  // ISO, set after a reset
constexpr uint32_t kMaxHz = 150'000'000;
constexpr uint32_t kRingOscillatorHz = 11'000'000;  // nominal, at boot (datasheet 8.3.1)

}  // namespace rp2

#endif  // MCUFORGE_BOARDS_RP2350_ADDRESSES_H_
