#include "stack.h"

#include <cstdint>

#include "board.h"
#include "board_facts.h"
#include "registers.h"
#include "stack_guard.h"

namespace {

uint32_t Address(const volatile uint32_t* pointer) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(pointer));
}

// Peripherals have their registers from here on, none below (B3.1).
constexpr uint32_t kPeripheralsStart = 0x40000000;

constexpr bool NoRegionInGuard() {
  for (const board_facts::Region& region : board_facts::kRegions) {
    if (!cortex_m::OutsideGuard(region.origin, region.length)) return false;
  }
  return true;
}

}  // namespace

namespace cortex_m {

static_assert(!kHasGuardRegion || board_facts::kStackBottom % kGuardBytes == 0,
              "regions: the first RAM has to be aligned to the guard's size (B3.5.8)");
static_assert(!kHasGuardRegion || board_facts::kStackBottom <= kPeripheralsStart,
              "regions: the guard in front of the first RAM covers peripherals");
static_assert(NoRegionInGuard(), "regions: one lies in the guard in front of the first RAM");

void GuardStack() {
  if constexpr (board_facts::kStackGuard == board_facts::StackGuard::kMsplim) {
    asm volatile("msr msplim, %0" ::"r"(mcuforge_stack_bottom));  // Armv8-M D1.2.178
  }
  if constexpr (kHasGuardRegion) {
    Register(kMpuRnr) = 0;
    Register(kMpuRbar) = kGuardStart;
    Register(kMpuRasr) = kMpuRasrNoExecute | (kGuardBytesLog2 - 1) << 1 | kMpuRasrEnable;  // AP 0
    Register(kMpuCtrl) = kMpuCtrlDefaultMap | kMpuCtrlEnable;
    asm volatile("dsb\n\tisb" ::: "memory");
  }
}

}  // namespace cortex_m

namespace board {

uint32_t StackHighWaterBytes() {
  const volatile uint32_t* word = mcuforge_stack_bottom;
  while (word < mcuforge_stack_top && *word == cortex_m::kStackPaint) ++word;
  return Address(mcuforge_stack_top) - Address(word);
}

}  // namespace board
