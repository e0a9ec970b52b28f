// What the chip's port gives the common one of Arm's UART PL011 (uart.cc).

#ifndef MCUFORGE_BOARDS_PL011_CHIP_H_
#define MCUFORGE_BOARDS_PL011_CHIP_H_

#include <cstdint>

namespace pl011 {

// The clock in use in Hz, which the UART and SysTick run from.
extern uint32_t g_clock_hz;

// Selects the board's clock; where that does not start in time, g_clock_hz says which it is.
void StartClock();

// Connects the clock of the board's UART, and the UART to its pins. Also after a fault.
void ConnectUart();

}  // namespace pl011

#endif  // MCUFORGE_BOARDS_PL011_CHIP_H_
