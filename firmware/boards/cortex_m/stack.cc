#include "stack.h"

#include <cstdint>

#include "board.h"
#include "registers.h"

namespace {

uint32_t Address(const volatile uint32_t* pointer) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(pointer));
}

}  // namespace

namespace cortex_m {

void GuardStack() {
#if defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__)
  asm volatile("msr msplim, %0" ::"r"(mcuforge_stack_bottom));  // Armv8-M D1.2.178
#else
  // The stack is at the very start of RAM, so the guard is a range in front of RAM, where nothing
  // is, and costs none. It is far larger than any frame: none can step over it.
  constexpr uint32_t kGuardBytesLog2 = 16;
  constexpr uint32_t kGuardBytes = 1u << kGuardBytesLog2;
  const uint32_t guard = Address(mcuforge_stack_bottom) - kGuardBytes;
  const bool has_mpu = (Register(kMpuType) & kMpuTypeDregion) != 0;
  if (!has_mpu || guard % kGuardBytes != 0) return;  // a region is aligned to its size (B3.5.8)
  Register(kMpuRnr) = 0;
  Register(kMpuRbar) = guard;
  Register(kMpuRasr) = kMpuRasrNoExecute | (kGuardBytesLog2 - 1) << 1 | kMpuRasrEnable;  // AP 0
  Register(kMpuCtrl) = kMpuCtrlDefaultMap | kMpuCtrlEnable;
  asm volatile("dsb\n\tisb" ::: "memory");
#endif
}

}  // namespace cortex_m

namespace board {

uint32_t StackHighWaterBytes() {
  const volatile uint32_t* word = mcuforge_stack_bottom;
  while (word < mcuforge_stack_top && *word == cortex_m::kStackPaint) ++word;
  return Address(mcuforge_stack_top) - Address(word);
}

}  // namespace board
