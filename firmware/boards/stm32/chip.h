// What differs between the families of the STM32, and the common port (board.cc) asks them for; and
// what it gives them in turn.

#ifndef MCUFORGE_BOARDS_STM32_CHIP_H_
#define MCUFORGE_BOARDS_STM32_CHIP_H_

#include <cstddef>
#include <cstdint>

namespace stm32 {

// Frequencies in Hz.
struct Clocks {
  uint32_t cpu;    // HCLK, which SysTick and the cycle counter run from
  uint32_t usart;  // what the board's USART divides
};

// The clocks in use: after reset the internal oscillator, undivided.
extern Clocks g_clocks;

// Selects the PLL. Where that does not start in time (a broken crystal, or an emulator without a
// clock tree) everything stays on the internal oscillator. It takes the chip as a boot loader left
// it, on the PLL perhaps, whose settings are locked while it runs. g_clocks tells the outcome.
void StartClocks();

// Connects the clock of the board's USART, and the USART to its pins.
void ConnectUsart();

// Writes the unique id to `dst`; its bytes, 0 where there is none: an emulator without a clock tree
// has no system memory, either. The internal oscillator's ready bit tells: StartClocks() and the
// reset turn it on.
size_t ReadUniqueId(uint8_t* dst);

// clocks.cc

// Turns of WaitFor() in which a clock has to start: some 8 clocks each, so this is 10 ms at 16 MHz,
// the fastest that these chips begin with. A crystal takes some 2 ms (datasheets of the STM32F100,
// table 20, and STM32F405, table 35), a PLL 0.3 ms.
constexpr uint32_t kStartTurns = 20'000;

// Waits until the bits of `mask` in the register at `address` are `value`. False if they are not
// within `turns` turns of the loop.
bool WaitFor(uint32_t address, uint32_t mask, uint32_t value, uint32_t turns);

// Sets a bit in a clock enable register of the RCC, and waits until the peripheral has its clock.
void EnableClock(uint32_t address, uint32_t bit);

// Selects the system clock in the RCC's register `cfgr`, whose lowest `bits` bits are SW, and the
// next as many SWS. False if the switch is not made in time.
bool SelectClock(uint32_t cfgr, uint32_t bits, uint32_t source);

// Turns the PLL off or on in RCC_CR, and waits for it; false if that takes too long.
bool StopPll(uint32_t cr);
bool StartPll(uint32_t cr);

}  // namespace stm32

#endif  // MCUFORGE_BOARDS_STM32_CHIP_H_
