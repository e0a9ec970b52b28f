// SAM D21: what the core and the board's UART run from.

#ifndef MCUFORGE_BOARDS_SAMD21_CLOCKS_H_
#define MCUFORGE_BOARDS_SAMD21_CLOCKS_H_

#include <cstdint>

namespace samd21 {

// Generator 0 in Hz: the core's clock, and the UART's.
extern uint32_t g_clock_hz;

// Selects the DFLL48M, locked to the board's crystal. Where one of them does not start in time,
// everything runs from the internal oscillator of 8 MHz. A boot loader may have left the DFLL on.
void StartClocks();

// Gives the board's UART its bus clock, and generator 0. Also after a fault.
void FeedUart();

}  // namespace samd21

#endif  // MCUFORGE_BOARDS_SAMD21_CLOCKS_H_
