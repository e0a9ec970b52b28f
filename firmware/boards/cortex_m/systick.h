// board::Ticks() from SysTick, for a family without a better counter.

#ifndef MCUFORGE_BOARDS_CORTEX_M_SYSTICK_H_
#define MCUFORGE_BOARDS_CORTEX_M_SYSTICK_H_

#include <cstdint>

namespace cortex_m {

// Starts SysTick at the processor clock. Call once, from board::Init().
void StartSysTick();

// Processor clocks since then, modulo 2^32.
uint32_t SysTickTicks();

}  // namespace cortex_m

#endif  // MCUFORGE_BOARDS_CORTEX_M_SYSTICK_H_
