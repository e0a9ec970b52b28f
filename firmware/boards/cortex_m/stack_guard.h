// Where the guard below the stack is: addresses that nobody may touch, not even to read.

#ifndef MCUFORGE_BOARDS_CORTEX_M_STACK_GUARD_H_
#define MCUFORGE_BOARDS_CORTEX_M_STACK_GUARD_H_

#include <cstdint>

#include "board_facts.h"

namespace cortex_m {

// The stack is at the very start of RAM, so the guard is a range in front of RAM and costs none. It
// is far larger than any frame: none can step over it. Twice as large would take in the unique id
// of an STM32F2 or F4 (0x1FFF7A10; RM0033 33.1, RM0090 39.1).
constexpr uint32_t kGuardBytesLog2 = 15;
constexpr uint32_t kGuardBytes = 1u << kGuardBytesLog2;
constexpr bool kHasGuardRegion = board_facts::kStackGuard == board_facts::StackGuard::kMpu;
constexpr uint32_t kGuardStart = board_facts::kStackBottom - kGuardBytes;

// Whether the program may access all of [start, start + bytes).
constexpr bool OutsideGuard(uint64_t start, uint64_t bytes) {
  return !kHasGuardRegion || start >= board_facts::kStackBottom || start + bytes <= kGuardStart;
}

}  // namespace cortex_m

#endif  // MCUFORGE_BOARDS_CORTEX_M_STACK_GUARD_H_
