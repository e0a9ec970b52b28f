// STM32G0: clocks and pins. Registers are RM0444's, by its names.

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

constexpr uint32_t kRcc = 0x40021000;
constexpr uint32_t kRccCr = kRcc + 0x00;
constexpr uint32_t kRccCrHsiDivider = 7u << 11;  // 0: undivided
constexpr uint32_t kRccCfgr = kRcc + 0x08;
constexpr uint32_t kRccCfgrSwBits = 3;
constexpr uint32_t kRccCfgrSwHsi = 0;
constexpr uint32_t kRccCfgrSwPll = 2;
constexpr uint32_t kRccCfgrPrescalers = 0xFu << 8 | 7u << 12;  // HPRE, PPRE
constexpr uint32_t kRccPllCfgr = kRcc + 0x0C;
constexpr uint32_t kRccPllCfgrMShift = 4;  // holds one less
constexpr uint32_t kRccPllCfgrNShift = 8;
constexpr uint32_t kRccPllCfgrREnable = 1u << 28;
constexpr uint32_t kRccPllCfgrRShift = 29;    // holds one less
constexpr uint32_t kRccIopEnr = kRcc + 0x34;  // bit 0: port A, and so on
constexpr uint32_t kRccCcipr = kRcc + 0x54;

constexpr uint32_t kFlashAcr = 0x40022000;
constexpr uint32_t kFlashAcrLatencyMask = 7u << 0;
constexpr uint32_t kFlashAcrPrefetch = 1u << 8;
constexpr uint32_t kFlashAcrInstructionCache = 1u << 9;

constexpr uint32_t kUniqueId = 0x1FFF7590;  // 96 bits

constexpr uint32_t kGpioA = 0x50000000;

constexpr uint32_t kPllInHz = hsi16::kHz / board_facts::kPllM;
constexpr uint32_t kVcoHz = kPllInHz * board_facts::kPllN;
static_assert(board_facts::kPllM >= 1 && board_facts::kPllM <= 8);
static_assert(kPllInHz >= 2'660'000 && kPllInHz <= 16'000'000, "chip.pll_m: 2.66 to 16 MHz");
static_assert(kVcoHz >= 64'000'000 && kVcoHz <= 344'000'000, "chip.pll_n: VCO of 64 to 344 MHz");
static_assert(board_facts::kPllR >= 2 && board_facts::kPllR <= 8);
static_assert(kVcoHz / board_facts::kPllR == kClockHz, "chip.pll_*: they do not make clock_hz");
static_assert(kClockHz <= 64'000'000, "clock_hz: at most 64 MHz");

bool SelectHsi() {
  Register(kRccCr) = Register(kRccCr) & ~kRccCrHsiDivider;
  const bool selected = hsi16::RunFrom(kRccCr, kRccCfgr, kRccCfgrSwBits, kRccCfgrSwHsi);
  Register(kRccCfgr) = Register(kRccCfgr) & ~kRccCfgrPrescalers;
  return selected;
}

bool SelectPll() {
  if (!SelectHsi()) return false;

  Register(kRccPllCfgr) = hsi16::kPllSource | (board_facts::kPllM - 1) << kRccPllCfgrMShift |
                          board_facts::kPllN << kRccPllCfgrNShift | kRccPllCfgrREnable |
                          (board_facts::kPllR - 1) << kRccPllCfgrRShift;
  if (!StartPll(kRccCr)) return false;

  // More wait states before the clock gets faster
  Register(kFlashAcr) = (Register(kFlashAcr) & ~kFlashAcrLatencyMask) |
                        board_facts::kFlashWaitStates | kFlashAcrPrefetch |
                        kFlashAcrInstructionCache;
  if ((Register(kFlashAcr) & kFlashAcrLatencyMask) != board_facts::kFlashWaitStates) return false;
  return SelectClock(kRccCfgr, kRccCfgrSwBits, kRccCfgrSwPll);
}

}  // namespace

Clocks g_clocks = {hsi16::kHz, hsi16::kHz};

void StartClocks() { hsi16::StartClocks(SelectPll, SelectHsi); }

size_t ReadUniqueId(uint8_t* dst) { return ReadUniqueIdAt<kUniqueId>(kRccCr, hsi16::kReady, dst); }

void ConnectUsart() {
  hsi16::FeedUsart(kRcc, kRccCcipr);
  gpio::ConnectUsartPins(kGpioA, kRccIopEnr);
}

}  // namespace stm32
