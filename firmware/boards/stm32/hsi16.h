// L4, U5, G0: the internal oscillator of 16 MHz feeds the board's USART, whatever the core runs
// from, and the PLL. RCC_CR's bits are the same in RM0432 (L4+), RM0456 (U5) and RM0444 (G0).

#ifndef MCUFORGE_BOARDS_STM32_HSI16_H_
#define MCUFORGE_BOARDS_STM32_HSI16_H_

#include <cstdint>

#include "board_facts.h"
#include "chip.h"
#include "registers.h"

namespace stm32::hsi16 {

constexpr uint32_t kHz = 16'000'000;
constexpr uint32_t kOn = 1u << 8;
constexpr uint32_t kReady = 1u << 10;
constexpr uint32_t kPllSource = 2;     // PLLCFGR's SRC
constexpr uint32_t kKernelClock = 2u;  // a USART's field of RCC_CCIPR, two bits
constexpr uint32_t kKernelClockMask = 3u;

// The port multiplies the clock by divider_scale: 32 bits have to hold it, and half a rate.
static_assert(uint64_t{kHz} * board_facts::kUartDividerScale + board_facts::kUartMaxBaud <
              uint64_t{1} << 32);

inline bool Start(uint32_t cr) {
  cortex_m::Register(cr) = cortex_m::Register(cr) | kOn;
  return WaitFor(cr, kReady, kReady, kStartTurns);
}

// The core on this oscillator, and the PLL off: its settings are locked while it runs, and a boot
// loader may have left it on. False if one of them takes too long. cfgr, sw_bits: of SelectClock().
inline bool RunFrom(uint32_t cr, uint32_t cfgr, uint32_t sw_bits, uint32_t source) {
  if (!Start(cr) || !SelectClock(cfgr, sw_bits, source)) return false;
  g_clocks.cpu = kHz;
  return StopPll(cr);
}

// The core on the PLL, or where that does not start on this oscillator again.
inline void StartClocks(bool (*select_pll)(), bool (*select_hsi)()) {
  if (select_pll()) {
    g_clocks.cpu = board_facts::kClockHz;
  } else {
    select_hsi();
  }
}

// Gives the board's USART this clock and its bus clock. rcc: its address; ccipr: the register that
// selects the clock.
inline void FeedUsart(uint32_t rcc, uint32_t ccipr) {
  Start(rcc);
  cortex_m::Register(ccipr) =
      (cortex_m::Register(ccipr) & ~(kKernelClockMask << board_facts::kUartKernelClockShift)) |
      kKernelClock << board_facts::kUartKernelClockShift;
  EnableClock(rcc + board_facts::kUartClockEnableOffset, board_facts::kUartClockEnableBit);
}

}  // namespace stm32::hsi16

#endif  // MCUFORGE_BOARDS_STM32_HSI16_H_
