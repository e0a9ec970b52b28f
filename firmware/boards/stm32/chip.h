// What differs between the families of the STM32 and the common port (usart.cc) asks them for.

#ifndef MCUFORGE_BOARDS_STM32_CHIP_H_
#define MCUFORGE_BOARDS_STM32_CHIP_H_

#include <cstddef>
#include <cstdint>

namespace stm32 {

// Frequencies in Hz.
struct Clocks {
  uint32_t cpu;   // HCLK, which SysTick and the cycle counter run from
  uint32_t apb1;  // buses of the peripherals
  uint32_t apb2;
};

// The clocks in use: after reset the internal oscillator, undivided.
extern Clocks g_clocks;

// Selects the PLL on the external oscillator. Where one of them does not start in time (a broken
// crystal, or an emulator without a clock tree) everything stays on the internal oscillator. To be
// called once after reset; g_clocks tells the outcome.
void StartClocks();

// Connects the clock of the board's USART, and the USART to its pins.
void ConnectUsart();

// Writes the unique id to `dst`; its bytes, 0 where there is none: an emulator without a clock tree
// has no system memory, either. A chip runs from its internal oscillator after reset, so HSIRDY is
// set on every chip.
size_t ReadUniqueId(uint8_t* dst);

// Waits until all bits of `mask` in the register at `address` are set, or all clear with `set`
// false. False if that does not happen within `turns` turns of the loop, some 8 clocks each.
bool WaitFor(uint32_t address, uint32_t mask, bool set, uint32_t turns);

// Sets a bit in a clock enable register of the RCC, and waits until the peripheral has its clock.
void EnableClock(uint32_t address, uint32_t bit);

}  // namespace stm32

#endif  // MCUFORGE_BOARDS_STM32_CHIP_H_
