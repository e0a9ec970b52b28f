// STM32U5 with its TrustZone off, as it comes from the factory: clocks and pins. Registers are
// RM0456's, by its names.

#include "chip.h"

#include <cstddef>
#include <cstdint>

#include "board_facts.h"
#include "gpio.h"
#include "hsi16.h"
#include "registers.h"
#include "unique_id.h"

namespace stm32 {
namespace {

using board_facts::kClockHz;
using cortex_m::Register;

constexpr uint32_t kMsiHz = 4'000'000;  // after a reset

constexpr uint32_t kRcc = 0x46020C00;
constexpr uint32_t kRccCr = kRcc + 0x00;
constexpr uint32_t kRccCfgr1 = kRcc + 0x1C;
constexpr uint32_t kRccCfgr1SwBits = 2;
constexpr uint32_t kRccCfgr1SwHsi = 1;
constexpr uint32_t kRccCfgr1SwPll = 3;
constexpr uint32_t kRccCfgr2 = kRcc + 0x20;  // prescalers of AHB, APB1 and APB2; 0: undivided
constexpr uint32_t kRccPll1Cfgr = kRcc + 0x28;
constexpr uint32_t kRccPll1CfgrIn8To16MHz = 3u << 2;
constexpr uint32_t kRccPll1CfgrMShift = 8;  // holds one less
constexpr uint32_t kRccPll1CfgrREnable = 1u << 18;
constexpr uint32_t kRccPll1Divr = kRcc + 0x34;  // each field holds one less
constexpr uint32_t kRccPll1DivrPAndQHalf = 1u << 9 | 1u << 16;
constexpr uint32_t kRccPll1DivrRShift = 24;
constexpr uint32_t kRccAhb2Enr1 = kRcc + 0x8C;  // bit 0: port A, and so on
constexpr uint32_t kRccAhb3Enr = kRcc + 0x94;
constexpr uint32_t kRccAhb3EnrPwrBit = 2;
constexpr uint32_t kRccCcipr1 = kRcc + 0xE0;

constexpr uint32_t kPwrVosr = 0x4602080C;
constexpr uint32_t kPwrVosrBoostReady = 1u << 14;
constexpr uint32_t kPwrVosrReady = 1u << 15;
constexpr uint32_t kPwrVosrRange1 = 3u << 16;
constexpr uint32_t kPwrVosrBoostOn = 1u << 18;  // EPOD booster, for more than 55 MHz

constexpr uint32_t kFlashAcr = 0x40022000;
constexpr uint32_t kFlashAcrLatencyMask = 0xFu << 0;
constexpr uint32_t kFlashAcrPrefetch = 1u << 8;

constexpr uint32_t kICacheCr = 0x40030400;
constexpr uint32_t kICacheCrEnable = 1u << 0;

constexpr uint32_t kUniqueId = 0x0BFA0700;  // 96 bits

constexpr uint32_t kGpioA = 0x42020000;

constexpr uint32_t kPllInHz = hsi16::kHz / board_facts::kPllM;
constexpr uint32_t kVcoHz = kPllInHz * board_facts::kPllN;
static_assert(board_facts::kPllM >= 1 && kPllInHz >= 8'000'000, "chip.pll_m: input of 8 to 16 MHz");
static_assert(kVcoHz >= 128'000'000 && kVcoHz <= 544'000'000, "chip.pll_n: VCO of 128 to 544 MHz");
static_assert(board_facts::kPllR >= 1 && board_facts::kPllR <= 128);
static_assert(kVcoHz / board_facts::kPllR == kClockHz, "chip.pll_*: they do not make clock_hz");
static_assert(kClockHz <= 160'000'000, "clock_hz: at most 160 MHz");

bool SelectHsi() {
  const bool selected = hsi16::RunFrom(kRccCr, kRccCfgr1, kRccCfgr1SwBits, kRccCfgr1SwHsi);
  Register(kRccCfgr2) = 0;
  return selected;
}

bool SelectPll() {
  if (!SelectHsi()) return false;

  EnableClock(kRccAhb3Enr, kRccAhb3EnrPwrBit);
  // The booster's clock is set up with the PLL's: off it as well.
  Register(kPwrVosr) = (Register(kPwrVosr) & ~kPwrVosrBoostOn) | kPwrVosrRange1;
  if (!WaitFor(kPwrVosr, kPwrVosrBoostReady, 0, kStartTurns)) return false;
  if (!WaitFor(kPwrVosr, kPwrVosrReady, kPwrVosrReady, kStartTurns)) return false;
  // The booster runs from the PLL's source, undivided: PLL1MBOOST 0.
  Register(kRccPll1Cfgr) = hsi16::kPllSource | kRccPll1CfgrIn8To16MHz |
                           (board_facts::kPllM - 1) << kRccPll1CfgrMShift | kRccPll1CfgrREnable;
  Register(kPwrVosr) = Register(kPwrVosr) | kPwrVosrBoostOn;
  if (!WaitFor(kPwrVosr, kPwrVosrBoostReady, kPwrVosrBoostReady, kStartTurns)) return false;
  Register(kRccPll1Divr) = (board_facts::kPllN - 1) | kRccPll1DivrPAndQHalf |
                           (board_facts::kPllR - 1) << kRccPll1DivrRShift;
  if (!StartPll(kRccCr)) return false;

  // More wait states before the clock gets faster
  Register(kFlashAcr) = board_facts::kFlashWaitStates | kFlashAcrPrefetch;
  if ((Register(kFlashAcr) & kFlashAcrLatencyMask) != board_facts::kFlashWaitStates) return false;
  Register(kICacheCr) = Register(kICacheCr) | kICacheCrEnable;
  return SelectClock(kRccCfgr1, kRccCfgr1SwBits, kRccCfgr1SwPll);
}

}  // namespace

Clocks g_clocks = {kMsiHz, hsi16::kHz};

void StartClocks() { hsi16::StartClocks(SelectPll, SelectHsi); }

size_t ReadUniqueId(uint8_t* dst) { return ReadUniqueIdAt<kUniqueId>(kRccCr, hsi16::kReady, dst); }

void ConnectUsart() {
  hsi16::FeedUsart(kRcc, kRccCcipr1);
  gpio::ConnectUsartPins(kGpioA, kRccAhb2Enr1);
}

}  // namespace stm32
