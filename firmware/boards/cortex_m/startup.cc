// From reset to main(): memory, FPU, constructors.

#include <cstdint>

#include "linker_symbols.h"
#include "registers.h"
#include "stack.h"
#include "vectors.h"

int main();

extern "C" [[noreturn]] void mcuforge_reset() {
  // Interrupts stay off until main() has set its board up; a warm start may come here with them on.
  asm volatile("cpsid i" ::: "memory");
  cortex_m::PaintStack();

  // Copied by hand: memcpy could be a routine that the FPU has to be on for.
  const uint32_t* from = mcuforge_data_load;
  for (volatile uint32_t* to = mcuforge_data_start; to < mcuforge_data_end;) *to++ = *from++;
  for (volatile uint32_t* to = mcuforge_bss_start; to < mcuforge_bss_end;) *to++ = 0;

#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  // FPU and MVE are off after reset (B3.2.20). The barriers make the next instruction see it.
  cortex_m::Register(cortex_m::kCpacr) =
      cortex_m::Register(cortex_m::kCpacr) | cortex_m::kCpacrCp10Cp11Full;
  asm volatile("dsb\n\tisb" ::: "memory");
#endif
  if (cortex_m::kMainline) {
    // The table may not be at address 0, e.g. behind a boot loader.
    cortex_m::Register(cortex_m::kVtor) =
        static_cast<uint32_t>(reinterpret_cast<uintptr_t>(cortex_m::kSystemVectors));
    // Memory, bus and usage faults with vectors of their own rather than escalated to HardFault.
    cortex_m::Register(cortex_m::kShcsr) =
        cortex_m::Register(cortex_m::kShcsr) | cortex_m::kShcsrFaultsEnable;
  }

  cortex_m::GuardStack();

  for (const Constructor* make = mcuforge_constructors_start; make < mcuforge_constructors_end;
       ++make) {
    (*make)();
  }
  asm volatile("cpsie i" ::: "memory");
  main();
  // main() of a firmware never returns; if it does, that is a fault like any other.
  asm volatile("udf #0");
  for (;;) {
  }
}
