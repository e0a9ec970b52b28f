// Raspberry Pi RP2040 and RP2350: from the crystal by the system PLL. Core 1 stays asleep in the
// boot ROM. Sections are the RP2040 datasheet's; the RP2350 has the same blocks elsewhere.

#include <cstdint>

#include "board_facts.h"
#include "chip.h"
#include "peripherals.h"
#include "registers.h"

namespace {

using cortex_m::Register;
using rp2::WaitFor;

// Clocks, 2.15.7
constexpr uint32_t kClkRefCtrl = rp2::kClocks + 0x30;
constexpr uint32_t kClkRefDiv = rp2::kClocks + 0x34;
constexpr uint32_t kClkRefSelected = rp2::kClocks + 0x38;
constexpr uint32_t kClkRefCrystal = 2;
constexpr uint32_t kClkSysCtrl = rp2::kClocks + 0x3C;
constexpr uint32_t kClkSysDiv = rp2::kClocks + 0x40;
constexpr uint32_t kClkSysSelected = rp2::kClocks + 0x44;
constexpr uint32_t kClkSysRef = 0;
constexpr uint32_t kClkSysPll = 1;  // its auxiliary source, of which 0 is the system PLL

// Crystal oscillator, 2.16.7
constexpr uint32_t kXoscCtrl = rp2::kXosc + 0x00;
constexpr uint32_t kXoscCtrl1To15MHz = 0xAA0;
constexpr uint32_t kXoscCtrlEnable = 0xFABu << 12;
constexpr uint32_t kXoscStatus = rp2::kXosc + 0x04;
constexpr uint32_t kXoscStatusStable = 1u << 31;
constexpr uint32_t kXoscStartup = rp2::kXosc + 0x0C;
constexpr uint32_t kXoscStartupUnit = 256;  // clocks of the crystal

// System PLL, 2.18.4
constexpr uint32_t kPllCs = rp2::kPllSys + 0x00;
constexpr uint32_t kPllCsLock = 1u << 31;
constexpr uint32_t kPllPwr = rp2::kPllSys + 0x04;
constexpr uint32_t kPllPwrDown = 1u << 0 | 1u << 5;  // PD, VCOPD
constexpr uint32_t kPllPwrDividersDown = 1u << 3;
constexpr uint32_t kPllFeedback = rp2::kPllSys + 0x08;
constexpr uint32_t kPllDividers = rp2::kPllSys + 0x0C;
constexpr uint32_t kPllDivider1Shift = 16;
constexpr uint32_t kPllDivider2Shift = 12;
constexpr uint64_t kVcoHz = uint64_t{board_facts::kXoscHz} * board_facts::kPllFeedback;
static_assert(board_facts::kPllFeedback >= 16 && board_facts::kPllFeedback <= 320);
static_assert(kVcoHz >= 750'000'000 && kVcoHz <= 1'600'000'000, "chip.pll_feedback: VCO (2.18.2)");
static_assert(board_facts::kPllDivider1 >= board_facts::kPllDivider2 &&
              board_facts::kPllDivider1 <= 7 && board_facts::kPllDivider2 >= 1);
static_assert(kVcoHz / (board_facts::kPllDivider1 * board_facts::kPllDivider2) ==
                  board_facts::kClockHz,
              "chip.pll_*: they do not make clock_hz");
static_assert(board_facts::kClockHz <= rp2::kMaxHz, "clock_hz: more than the chip can");

bool StartPll() {
  // A debugger may have started us with the PLL running: off it first.
  Register(kClkSysCtrl) = kClkSysRef;
  if (!WaitFor(kClkSysSelected, 1u << kClkSysRef, 1u << kClkSysRef)) return false;
  Register(kXoscStartup) = board_facts::kXoscHz / 1000 / kXoscStartupUnit + 1;  // 1 ms
  Register(kXoscCtrl) = kXoscCtrl1To15MHz | kXoscCtrlEnable;
  if (!WaitFor(kXoscStatus, kXoscStatusStable, kXoscStatusStable)) return false;
  Register(kClkRefCtrl) = kClkRefCrystal;
  if (!WaitFor(kClkRefSelected, 1u << kClkRefCrystal, 1u << kClkRefCrystal)) return false;
  // The RP2350's boot ROM may leave a divider (its datasheet, 8.3.1).
  Register(kClkRefDiv) = rp2::kUndivided;
  Register(kClkSysDiv) = rp2::kUndivided;
  pl011::g_clock_hz = board_facts::kXoscHz;

  // 2.18.3: in reset while it is programmed; dividers once it is locked
  Register(rp2::kResets + rp2::kSetBits) = rp2::kResetsPllSys;
  rp2::Release(rp2::kResetsPllSys);
  Register(kPllCs) = 1;  // the crystal undivided
  Register(kPllFeedback) = board_facts::kPllFeedback;
  Register(kPllPwr + rp2::kClearBits) = kPllPwrDown;
  if (!WaitFor(kPllCs, kPllCsLock, kPllCsLock)) return false;
  Register(kPllDividers) = board_facts::kPllDivider1 << kPllDivider1Shift |
                           board_facts::kPllDivider2 << kPllDivider2Shift;
  Register(kPllPwr + rp2::kClearBits) = kPllPwrDividersDown;
  Register(kClkSysCtrl) = kClkSysPll;
  return WaitFor(kClkSysSelected, 1u << kClkSysPll, 1u << kClkSysPll);
}

}  // namespace

namespace pl011 {

uint32_t g_clock_hz = rp2::kRingOscillatorHz;

void StartClock() {
  if (StartPll()) g_clock_hz = board_facts::kClockHz;
}

}  // namespace pl011
