#include "vectors.h"

#include "linker_symbols.h"

namespace cortex_m {

// Armv7-M B1.5.3. Reserved entries are never taken; they report a fault like the rest.
[[gnu::section(".vectors.system"),
  gnu::used]] extern const Vector kSystemVectors[kSystemVectorCount] = {
    mcuforge_stack_top, mcuforge_reset,
    mcuforge_fault,    // NMI
    mcuforge_fault,    // HardFault
    mcuforge_fault,    // MemManage
    mcuforge_fault,    // BusFault
    mcuforge_fault,    // UsageFault
    mcuforge_fault,    // SecureFault (Armv8-M)
    mcuforge_fault,    // reserved
    mcuforge_fault,    // reserved
    mcuforge_fault,    // reserved
    mcuforge_fault,    // SVCall
    mcuforge_fault,    // DebugMonitor
    mcuforge_fault,    // reserved
    mcuforge_fault,    // PendSV
    mcuforge_systick,  // SysTick
};

}  // namespace cortex_m
