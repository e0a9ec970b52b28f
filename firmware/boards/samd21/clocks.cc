// SAM D21: clocks. Registers are those of its datasheet (DS40001882), by its names: PM, GCLK,
// SYSCTRL and NVMCTRL.

#include "clocks.h"

#include <cstdint>

#include "board_facts.h"
#include "registers.h"

namespace {

using cortex_m::Register;
using cortex_m::Register16;
using cortex_m::Register8;

constexpr uint32_t kPmApbCMask = 0x40000420;

// SYSCTRL
constexpr uint32_t kPclkSr = 0x4000080C;
constexpr uint32_t kPclkSrXosc32kReady = 1u << 1;
constexpr uint32_t kPclkSrDfllReady = 1u << 4;
constexpr uint32_t kPclkSrDfllFineLock = 1u << 6;
constexpr uint32_t kPclkSrDfllCoarseLock = 1u << 7;
constexpr uint32_t kXosc32k = 0x40000814;  // 16 bits
constexpr uint32_t kXosc32kEnable = 1u << 1;
constexpr uint32_t kXosc32kCrystal = 1u << 2;
constexpr uint32_t kXosc32kOutput = 1u << 3;
constexpr uint32_t kOsc8m = 0x40000820;
constexpr uint32_t kOsc8mEnable = 1u << 1;
constexpr uint32_t kOsc8mOnDemand = 1u << 7;
constexpr uint32_t kOsc8mPrescaler = 3u << 8;  // 0: undivided; an eighth after a reset
constexpr uint32_t kDfllCtrl = 0x40000824;     // 16 bits
constexpr uint32_t kDfllCtrlEnable = 1u << 1;
constexpr uint32_t kDfllCtrlClosedLoop = 1u << 2;
constexpr uint32_t kDfllCtrlNoQuickLock = 1u << 9;
constexpr uint32_t kDfllMul = 0x4000082C;
constexpr uint32_t kDfllMulFineStep = 511u << 16;  // half of the range each
constexpr uint32_t kDfllMulCoarseStep = 31u << 26;

// GCLK
constexpr uint32_t kGclkStatus = 0x40000C01;  // 8 bits
constexpr uint32_t kGclkStatusBusy = 1u << 7;
constexpr uint32_t kGclkClkCtrl = 0x40000C02;  // 16 bits
constexpr uint32_t kGclkClkCtrlGeneratorShift = 8;
constexpr uint32_t kGclkClkCtrlEnable = 1u << 14;
constexpr uint32_t kGclkGenCtrl = 0x40000C04;
constexpr uint32_t kGclkGenCtrlSourceShift = 8;
constexpr uint32_t kGclkGenCtrlEnable = 1u << 16;
constexpr uint32_t kGclkGenDiv = 0x40000C08;
constexpr uint32_t kSourceXosc32k = 5;
constexpr uint32_t kSourceOsc8m = 6;
constexpr uint32_t kSourceDfll = 7;
constexpr uint32_t kMainGenerator = 0;
constexpr uint32_t kReferenceGenerator = 1;
constexpr uint32_t kDfllReference = 0;  // the generic clock with that number

constexpr uint32_t kNvmCtrlB = 0x41004004;
constexpr uint32_t kNvmCtrlBWaitStates = 0xFu << 1;
constexpr uint32_t kNvmCtrlBOneWaitState = 1u << 1;

constexpr uint32_t kOsc8mHz = 8'000'000;
constexpr uint32_t kDfllHz = board_facts::kXosc32kHz * board_facts::kDfllMultiplier;
static_assert(kDfllHz / 1000 >= board_facts::kClockHz / 1000 - board_facts::kClockHz / 1'000'000 &&
                  kDfllHz / 1000 <=
                      board_facts::kClockHz / 1000 + board_facts::kClockHz / 1'000'000,
              "chip.dfll_multiplier: xosc32k_hz times it is not clock_hz, within 0.1 %");
static_assert(board_facts::kClockHz <= 48'100'000, "clock_hz: at most 48 MHz");

// A turn takes some eight clocks of 8 MHz. A crystal of 32 kHz may take a second.
constexpr uint32_t kCrystalTurns = kOsc8mHz / 8;
constexpr uint32_t kTurns = kOsc8mHz / 8 / 20;  // 50 ms: the DFLL's lock, and synchronisation

bool WaitForClock(uint32_t bits, uint32_t turns) {
  for (; turns > 0; --turns) {
    if ((Register(kPclkSr) & bits) == bits) return true;
  }
  return false;
}

// Registers of the GCLK are written into another clock's domain.
void Synchronise() {
  for (uint32_t turn = 0; turn < kTurns && (Register8(kGclkStatus) & kGclkStatusBusy); ++turn) {
  }
}

void StartGenerator(uint32_t generator, uint32_t source) {
  Register(kGclkGenDiv) = generator;  // undivided
  Synchronise();
  Register(kGclkGenCtrl) = generator | source << kGclkGenCtrlSourceShift | kGclkGenCtrlEnable;
  Synchronise();
}

void Feed(uint32_t generic_clock, uint32_t generator) {
  Register16(kGclkClkCtrl) = static_cast<uint16_t>(
      generic_clock | generator << kGclkClkCtrlGeneratorShift | kGclkClkCtrlEnable);
  Synchronise();
}

bool StartDfll() {
  Register16(kXosc32k) = kXosc32kCrystal | kXosc32kOutput | 1u << 8;  // 1 ms; the wait says more
  Register16(kXosc32k) = kXosc32kCrystal | kXosc32kOutput | 1u << 8 | kXosc32kEnable;
  if (!WaitForClock(kPclkSrXosc32kReady, kCrystalTurns)) return false;
  StartGenerator(kReferenceGenerator, kSourceXosc32k);
  Feed(kDfllReference, kReferenceGenerator);

  // On demand, which it is after a reset, it takes no settings (errata, "DFLL48M").
  Register16(kDfllCtrl) = kDfllCtrlEnable;
  if (!WaitForClock(kPclkSrDfllReady, kTurns)) return false;
  Register(kDfllMul) = kDfllMulCoarseStep | kDfllMulFineStep | board_facts::kDfllMultiplier;
  if (!WaitForClock(kPclkSrDfllReady, kTurns)) return false;
  Register16(kDfllCtrl) = kDfllCtrlEnable | kDfllCtrlClosedLoop | kDfllCtrlNoQuickLock;
  return WaitForClock(kPclkSrDfllReady | kPclkSrDfllCoarseLock | kPclkSrDfllFineLock, kTurns);
}

}  // namespace

namespace samd21 {

uint32_t g_clock_hz = kOsc8mHz;

void StartClocks() {
  // The core on the internal oscillator first: the DFLL is set up while nothing runs from it.
  Register(kOsc8m) = (Register(kOsc8m) & ~(kOsc8mPrescaler | kOsc8mOnDemand)) | kOsc8mEnable;
  StartGenerator(kMainGenerator, kSourceOsc8m);
  if (!StartDfll()) {
    Register16(kDfllCtrl) = 0;
    return;
  }
  Register(kNvmCtrlB) = (Register(kNvmCtrlB) & ~kNvmCtrlBWaitStates) | kNvmCtrlBOneWaitState;
  StartGenerator(kMainGenerator, kSourceDfll);
  g_clock_hz = board_facts::kClockHz;
}

void FeedUart() {
  Register(kPmApbCMask) = Register(kPmApbCMask) | 1u << board_facts::kUartClockEnableBit;
  Feed(board_facts::kUartGenericClock, kMainGenerator);
}

}  // namespace samd21
