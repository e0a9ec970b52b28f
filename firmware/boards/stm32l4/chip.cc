// STM32L4+ (L4R5 and its like): clocks and pins. Registers are RM0432's, by its names.

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

constexpr uint32_t kRcc = 0x40021000;
constexpr uint32_t kRccCr = kRcc + 0x00;
constexpr uint32_t kRccCfgr = kRcc + 0x08;
constexpr uint32_t kRccCfgrSwBits = 2;
constexpr uint32_t kRccCfgrSwHsi = 1;
constexpr uint32_t kRccCfgrSwPll = 3;
constexpr uint32_t kRccCfgrPrescalers = 0xFu << 4 | 7u << 8 | 7u << 11;  // HPRE, PPRE1, PPRE2
constexpr uint32_t kRccCfgrAhbHalf = 8u << 4;
constexpr uint32_t kRccPllCfgr = kRcc + 0x0C;
constexpr uint32_t kRccPllCfgrMShift = 4;  // holds one less
constexpr uint32_t kRccPllCfgrNShift = 8;
constexpr uint32_t kRccPllCfgrREnable = 1u << 24;
constexpr uint32_t kRccPllCfgrRShift = 25;     // holds half the divider, less 1
constexpr uint32_t kRccAhb2Enr = kRcc + 0x4C;  // bit 0: port A, and so on
constexpr uint32_t kRccApb1Enr1 = kRcc + 0x58;
constexpr uint32_t kRccApb1Enr1PwrBit = 28;
constexpr uint32_t kRccCcipr = kRcc + 0x88;

constexpr uint32_t kPwrCr2 = 0x40007004;
constexpr uint32_t kPwrCr2PortGSupplied = 1u << 9;  // IOSV: VDDIO2 is there
constexpr uint32_t kPwrCr5 = 0x40007080;
constexpr uint32_t kPwrCr5Range1Normal = 1u << 8;  // R1MODE; 0: boost, for more than 80 MHz

constexpr uint32_t kFlashAcr = 0x40022000;
constexpr uint32_t kFlashAcrLatencyMask = 0xFu << 0;
constexpr uint32_t kFlashAcrPrefetch = 1u << 8;
constexpr uint32_t kFlashAcrInstructionCache = 1u << 9;
constexpr uint32_t kFlashAcrDataCache = 1u << 10;

constexpr uint32_t kUniqueId = 0x1FFF7590;  // 96 bits

constexpr uint32_t kGpioA = 0x48000000;
constexpr uint32_t kPortG = 6;

constexpr uint32_t kPllInHz = hsi16::kHz / board_facts::kPllM;
constexpr uint32_t kVcoHz = kPllInHz * board_facts::kPllN;
static_assert(board_facts::kPllM >= 1 && board_facts::kPllM <= 16);
static_assert(kPllInHz >= 2'660'000 && kPllInHz <= 8'000'000, "chip.pll_m: 2.66 to 8 MHz");
static_assert(kVcoHz >= 64'000'000 && kVcoHz <= 344'000'000, "chip.pll_n: VCO of 64 to 344 MHz");
static_assert(board_facts::kPllR % 2 == 0 && board_facts::kPllR >= 2 && board_facts::kPllR <= 8);
static_assert(kVcoHz / board_facts::kPllR == kClockHz, "chip.pll_*: they do not make clock_hz");
static_assert(kClockHz <= 120'000'000, "clock_hz: at most 120 MHz");

// To more than 80 MHz, and back, the core goes by half the clock, for a microsecond at least.
constexpr uint32_t kHalfClockTurns = kClockHz / 1'000'000;

bool SelectHsi() {
  Register(kRccCfgr) = Register(kRccCfgr) | kRccCfgrAhbHalf;
  const bool selected = hsi16::RunFrom(kRccCr, kRccCfgr, kRccCfgrSwBits, kRccCfgrSwHsi);
  Register(kRccCfgr) = Register(kRccCfgr) & ~kRccCfgrPrescalers;
  return selected;
}

bool SelectPll() {
  if (!SelectHsi()) return false;

  EnableClock(kRccApb1Enr1, kRccApb1Enr1PwrBit);
  Register(kPwrCr5) = Register(kPwrCr5) & ~kPwrCr5Range1Normal;
  Register(kRccPllCfgr) = hsi16::kPllSource | (board_facts::kPllM - 1) << kRccPllCfgrMShift |
                          board_facts::kPllN << kRccPllCfgrNShift | kRccPllCfgrREnable |
                          (board_facts::kPllR / 2 - 1) << kRccPllCfgrRShift;
  if (!StartPll(kRccCr)) return false;

  // More wait states before the clock gets faster
  Register(kFlashAcr) = board_facts::kFlashWaitStates | kFlashAcrPrefetch |
                        kFlashAcrInstructionCache | kFlashAcrDataCache;
  if ((Register(kFlashAcr) & kFlashAcrLatencyMask) != board_facts::kFlashWaitStates) return false;
  Register(kRccCfgr) = Register(kRccCfgr) | kRccCfgrAhbHalf;
  if (!SelectClock(kRccCfgr, kRccCfgrSwBits, kRccCfgrSwPll)) return false;
  for (uint32_t turn = 0; turn < kHalfClockTurns; ++turn) cortex_m::ReadAndForget(kRccCfgr);
  Register(kRccCfgr) = Register(kRccCfgr) & ~kRccCfgrPrescalers;
  return true;
}

}  // namespace

Clocks g_clocks = {kMsiHz, hsi16::kHz};

void StartClocks() { hsi16::StartClocks(SelectPll, SelectHsi); }

size_t ReadUniqueId(uint8_t* dst) { return ReadUniqueIdAt<kUniqueId>(kRccCr, hsi16::kReady, dst); }

void ConnectUsart() {
  hsi16::FeedUsart(kRcc, kRccCcipr);
  if constexpr (board_facts::kUartTxPin / 16 == kPortG || board_facts::kUartRxPin / 16 == kPortG) {
    EnableClock(kRccApb1Enr1, kRccApb1Enr1PwrBit);
    Register(kPwrCr2) = Register(kPwrCr2) | kPwrCr2PortGSupplied;
  }
  gpio::ConnectUsartPins(kGpioA, kRccAhb2Enr);
}

}  // namespace stm32
