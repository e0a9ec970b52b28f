// What the application may ask of a board: a serial line, a clock, a reset, and how much stack was
// used. firmware/boards/<family>/ implements it; nothing else in the firmware touches a register.

#ifndef MCUFORGE_BOARDS_BOARD_H_
#define MCUFORGE_BOARDS_BOARD_H_

#include <cstddef>
#include <cstdint>

namespace board {

// Clock, UART and tick. The start-up code has already set up .data, .bss and constructors.
void Init();

// Copies at most `max` received bytes to `dst`; returns how many, 0 when none wait. Never blocks.
size_t UartRead(uint8_t* dst, size_t max);

// Received bytes that were lost because the ring buffer was full or the UART overran, since Init().
uint32_t UartOverruns();

// Sends `n` bytes; returns once all of them are in the transmitter or its queue.
void UartWrite(const uint8_t* src, size_t n);

// Sets the line to that rate once all that was written has left the transmitter; up to
// kUartMaxBaud. A rate that the UART cannot make leaves the line deaf.
void UartSetBaud(uint32_t baud);

// Sleeps until something may have arrived. May return early; never sleeps past a received byte.
void Idle();

// Free-running count, wraps at 2^32, exact at every read (also while its hardware counter wraps).
uint32_t Ticks();
uint32_t TickHz();   // ticks a second
uint32_t ClockHz();  // CPU clock

// Copies the chip's unique id, in order of addresses, to `dst`, which has room for
// kUniqueIdMaxBytes. Returns its length, 0 where there is none.
constexpr size_t kUniqueIdMaxBytes = 12;
size_t UniqueId(uint8_t* dst);

[[noreturn]] void Reset();

// Deepest stack use so far in bytes, measured on the painted stack. 0 where it is not known (host).
uint32_t StackHighWaterBytes();

// For board_on_fault() only: sends bytes by polling, with interrupts off, on any stack state.
void FaultWrite(const uint8_t* src, size_t n);

// Ends the program after a fault: stops the emulator where there is one, else resets.
[[noreturn]] void FaultEnd();

}  // namespace board

// Defined by the application (weakly by the board, which then sends nothing). The fault handler
// calls it once, on a stack of its own, with interrupts off; when it returns the board calls
// board::FaultEnd().
//   pc    address of the faulting instruction     lr    its return address
//   cfsr  Configurable Fault Status Register (Armv7-M B3.2.15); 0 on Armv6-M, which has none
extern "C" void board_on_fault(uint32_t pc, uint32_t lr, uint32_t cfsr);

#endif  // MCUFORGE_BOARDS_BOARD_H_
