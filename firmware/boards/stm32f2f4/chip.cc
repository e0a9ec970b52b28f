// STM32F2 and STM32F4: clocks and pins, which differ in numbers only. Sections are RM0090's
// (F405/F407); RM0033 (F205) has the same registers in its sections 3.5, 5.3 and 6.4.

#include "chip.h"

#include <cstddef>
#include <cstdint>

#include "board_facts.h"
#include "gpio.h"
#include "registers.h"
#include "unique_id.h"

namespace stm32 {
namespace {

using board_facts::kClockHz;
using cortex_m::Register;

constexpr uint32_t kHsiHz = 16'000'000;  // 7.2.2

// Reset and clock control, 7.3
constexpr uint32_t kRcc = 0x40023800;
constexpr uint32_t kRccCr = kRcc + 0x00;
constexpr uint32_t kRccCrHsiOn = 1u << 0;
constexpr uint32_t kRccCrHsiRdy = 1u << 1;
constexpr uint32_t kRccCrHseOn = 1u << 16;
constexpr uint32_t kRccCrHseRdy = 1u << 17;
constexpr uint32_t kRccCrHseByp = 1u << 18;
constexpr uint32_t kRccPllCfgr = kRcc + 0x04;
constexpr uint32_t kRccPllCfgrNShift = 6;
constexpr uint32_t kRccPllCfgrPShift = 16;  // holds half the divider, less 1
constexpr uint32_t kRccPllCfgrSrcHse = 1u << 22;
constexpr uint32_t kRccPllCfgrQShift = 24;
// Bits 30 to 28 are reserved with reset value 2 (7.3.2; RM0383 6.3.2); in the F446 they are the
// divider PLLR, 2 to 7 (RM0390 6.3.2), which nothing here uses.
constexpr uint32_t kRccPllCfgrR = 2u << 28;
constexpr uint32_t kRccCfgr = kRcc + 0x08;
constexpr uint32_t kRccCfgrSwBits = 2;
constexpr uint32_t kRccCfgrSwHsi = 0;
constexpr uint32_t kRccCfgrSwPll = 2;
constexpr uint32_t kRccCfgrPpre1Shift = 10;
constexpr uint32_t kRccCfgrPpre2Shift = 13;
constexpr uint32_t kRccAhb1Enr = kRcc + 0x30;  // bit 0: port A, bit 1: port B, and so on
constexpr uint32_t kRccApb1Enr = kRcc + 0x40;
constexpr uint32_t kRccApb1EnrPwrBit = 28;
constexpr uint32_t kRccApb2Enr = kRcc + 0x44;

// Power control, 5.4.1: the regulator's output, which the higher frequencies need
constexpr uint32_t kPwrCr = 0x40007000;

// Flash interface, 3.9.1
constexpr uint32_t kFlashAcr = 0x40023C00;
constexpr uint32_t kFlashAcrLatencyMask = 7u << 0;
constexpr uint32_t kFlashAcrPrefetch = 1u << 8;
constexpr uint32_t kFlashAcrInstructionCache = 1u << 9;
constexpr uint32_t kFlashAcrDataCache = 1u << 10;

// Device electronic signature, 39.1: 96 bits
constexpr uint32_t kUniqueId = 0x1FFF7A10;

// Port A of the general-purpose I/Os (gpio.h)
constexpr uint32_t kGpioA = 0x40020000;

// Limits of the PLL, 7.3.2
constexpr uint32_t kPllInHz = board_facts::kHseHz / board_facts::kPllM;
constexpr uint32_t kVcoHz = kPllInHz * board_facts::kPllN;
static_assert(board_facts::kPllM >= 2 && board_facts::kPllM <= 63);
static_assert(kPllInHz >= 950'000 && kPllInHz <= 2'100'000, "chip.pll_m: input of 1 to 2 MHz");
static_assert(kVcoHz >= 100'000'000 && kVcoHz <= 432'000'000, "chip.pll_n: VCO of 100 to 432 MHz");
static_assert(board_facts::kPllP % 2 == 0 && board_facts::kPllP >= 2 && board_facts::kPllP <= 8);
static_assert(kVcoHz / board_facts::kPllP == kClockHz, "chip.pll_*: they do not make clock_hz");
constexpr uint32_t kUsbHz = 48'000'000;
constexpr uint32_t kPllQ = (kVcoHz + kUsbHz - 1) / kUsbHz;  // not used, but must not exceed it
static_assert(kPllQ >= 2 && kPllQ <= 15);

// 7.3.3: 0xx undivided, 100 by 2, 101 by 4, 110 by 8, 111 by 16
constexpr uint32_t BusPrescaler(uint32_t divider) {
  return divider == 1 ? 0 : divider == 2 ? 4 : divider == 4 ? 5 : divider == 8 ? 6 : 7;
}
constexpr bool IsBusDivider(uint32_t divider) {
  return divider == 1 || divider == 2 || divider == 4 || divider == 8 || divider == 16;
}
static_assert(IsBusDivider(board_facts::kApb1Divider), "chip.apb1_divider: 1, 2, 4, 8 or 16");
static_assert(IsBusDivider(board_facts::kApb2Divider), "chip.apb2_divider: 1, 2, 4, 8 or 16");

bool SelectPll() {
  // Back to the state after a reset: a boot loader may have left the PLL on.
  Register(kRccCr) = Register(kRccCr) | kRccCrHsiOn;
  if (!SelectClock(kRccCfgr, kRccCfgrSwBits, kRccCfgrSwHsi) || !StopPll(kRccCr)) return false;
  const uint32_t hse = kRccCrHseOn | (board_facts::kHseBypass ? kRccCrHseByp : 0);
  Register(kRccCr) = Register(kRccCr) | hse;
  if (!WaitFor(kRccCr, kRccCrHseRdy, kRccCrHseRdy, kStartTurns)) return false;

  EnableClock(kRccApb1Enr, kRccApb1EnrPwrBit);
  Register(kPwrCr) = Register(kPwrCr) | board_facts::kPowerScale;
  Register(kRccPllCfgr) = board_facts::kPllM | board_facts::kPllN << kRccPllCfgrNShift |
                          (board_facts::kPllP / 2 - 1) << kRccPllCfgrPShift | kRccPllCfgrSrcHse |
                          kPllQ << kRccPllCfgrQShift | kRccPllCfgrR;
  if (!StartPll(kRccCr)) return false;

  // More wait states before the clock gets faster (3.5.1)
  Register(kFlashAcr) = board_facts::kFlashWaitStates | kFlashAcrPrefetch |
                        kFlashAcrInstructionCache | kFlashAcrDataCache;
  if ((Register(kFlashAcr) & kFlashAcrLatencyMask) != board_facts::kFlashWaitStates) return false;
  Register(kRccCfgr) = BusPrescaler(board_facts::kApb1Divider) << kRccCfgrPpre1Shift |
                       BusPrescaler(board_facts::kApb2Divider) << kRccCfgrPpre2Shift;
  return SelectClock(kRccCfgr, kRccCfgrSwBits, kRccCfgrSwPll);
}

}  // namespace

Clocks g_clocks = {kHsiHz, kHsiHz};

void StartClocks() {
  if (SelectPll()) {
    g_clocks = {kClockHz, kClockHz / (board_facts::kUartBus == 1 ? board_facts::kApb1Divider
                                                                 : board_facts::kApb2Divider)};
    return;
  }
  Register(kRccCfgr) = 0;  // the internal oscillator, undivided
  StopPll(kRccCr);
  Register(kRccCr) = Register(kRccCr) & ~(kRccCrHseOn | kRccCrHseByp);
}

size_t ReadUniqueId(uint8_t* dst) { return ReadUniqueIdAt<kUniqueId>(kRccCr, kRccCrHsiRdy, dst); }

void ConnectUsart() {
  EnableClock(board_facts::kUartBus == 1 ? kRccApb1Enr : kRccApb2Enr,
              board_facts::kUartClockEnableBit);
  gpio::ConnectUsartPins(kGpioA, kRccAhb1Enr);
}

}  // namespace stm32
