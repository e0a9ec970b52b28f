// What clocks and pins of an RP2040 or an RP2350 are reached with. The family's addresses.h says
// where they are. Sections are the RP2040 datasheet's, unless they say RP2350.

#ifndef MCUFORGE_BOARDS_RP2_PERIPHERALS_H_
#define MCUFORGE_BOARDS_RP2_PERIPHERALS_H_

#include <cstdint>

#include "addresses.h"
#include "registers.h"

namespace rp2 {

// Every peripheral's registers have copies in which a write sets or clears bits, 2.1.2
constexpr uint32_t kSetBits = 0x2000;
constexpr uint32_t kClearBits = 0x3000;

// A turn takes some eight clocks. The crystal takes 1 ms by the ring oscillator, which has 12 MHz
// at most, 24 in an RP2350 (its 8.3.1): this is 5 ms and more.
constexpr uint32_t kStartTurns = 12'000'000 / 8 / 100;

inline bool WaitFor(uint32_t address, uint32_t mask, uint32_t value) {
  for (uint32_t turns = kStartTurns; turns > 0; --turns) {
    if ((cortex_m::Register(address) & mask) == value) return true;
  }
  return false;
}

// Resets, 2.14.3: peripherals are held until somebody wants them.
inline void Release(uint32_t peripherals) {
  cortex_m::Register(kResets + kClearBits) = peripherals;
  WaitFor(kResets + 0x08, peripherals, peripherals);
}

}  // namespace rp2

#endif  // MCUFORGE_BOARDS_RP2_PERIPHERALS_H_
