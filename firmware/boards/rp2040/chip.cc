// Raspberry Pi RP2040: clocks and pins; UART0 is a PL011. Core 1 stays asleep in the boot ROM.
// Sections are the RP2040 datasheet's.

#include "chip.h"

#include <cstddef>
#include <cstdint>

#include "board.h"
#include "board_facts.h"
#include "flash_id.h"
#include "registers.h"

namespace {

using cortex_m::Register;

// Every peripheral's registers have copies in which a write sets or clears bits, 2.1.2
constexpr uint32_t kSetBits = 0x2000;
constexpr uint32_t kClearBits = 0x3000;

// Resets, 2.14.3: peripherals that are held until somebody wants them
constexpr uint32_t kResets = 0x4000C000;
constexpr uint32_t kResetsDone = kResets + 0x08;
constexpr uint32_t kResetsIoBank0 = 1u << 5;
constexpr uint32_t kResetsPadsBank0 = 1u << 8;
constexpr uint32_t kResetsPllSys = 1u << 12;
constexpr uint32_t kResetsUart0 = 1u << 22;

// Clocks, 2.15.7
constexpr uint32_t kClkRefCtrl = 0x40008030;
constexpr uint32_t kClkRefSelected = 0x40008038;
constexpr uint32_t kClkRefCrystal = 2;
constexpr uint32_t kClkSysCtrl = 0x4000803C;
constexpr uint32_t kClkSysSelected = 0x40008044;
constexpr uint32_t kClkSysRef = 0;
constexpr uint32_t kClkSysPll = 1;  // its auxiliary source, of which 0 is the system PLL
constexpr uint32_t kClkPeriCtrl = 0x40008048;
constexpr uint32_t kClkPeriEnable = 1u << 11;  // its source 0 is clk_sys

// Crystal oscillator, 2.16.7
constexpr uint32_t kXoscCtrl = 0x40024000;
constexpr uint32_t kXoscCtrl1To15MHz = 0xAA0;
constexpr uint32_t kXoscCtrlEnable = 0xFABu << 12;
constexpr uint32_t kXoscStatus = 0x40024004;
constexpr uint32_t kXoscStatusStable = 1u << 31;
constexpr uint32_t kXoscStartup = 0x4002400C;
constexpr uint32_t kXoscStartupUnit = 256;  // clocks of the crystal

// System PLL, 2.18.4
constexpr uint32_t kPllCs = 0x40028000;
constexpr uint32_t kPllCsLock = 1u << 31;
constexpr uint32_t kPllPwr = 0x40028004;
constexpr uint32_t kPllPwrDown = 1u << 0 | 1u << 5;  // PD, VCOPD
constexpr uint32_t kPllPwrDividersDown = 1u << 3;
constexpr uint32_t kPllFeedback = 0x40028008;
constexpr uint32_t kPllDividers = 0x4002800C;
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
static_assert(board_facts::kClockHz <= 133'000'000, "clock_hz: at most 133 MHz (5.3)");

// Pins, 2.19.6.1 and 2.19.6.3
constexpr uint32_t kIoBank0Ctrl = 0x40014004;  // 8 bytes a pin
constexpr uint32_t kIoFunctionUart = 2;
constexpr uint32_t kPadsBank0 = 0x4001C004;  // 4 bytes a pin
constexpr uint32_t kPadPullDown = 1u << 2;
constexpr uint32_t kPadPullUp = 1u << 3;

static_assert(board_facts::kUartTxPin % 4 == 0 && board_facts::kUartRxPin % 4 == 1 &&
                  board_facts::kUartTxPin / 4 % 4 % 3 == 0 &&
                  board_facts::kUartRxPin / 4 % 4 % 3 == 0,
              "uart.tx_pin, uart.rx_pin: not of UART0 (1.4.3)");

constexpr uint32_t kRingOscillatorHz = 6'500'000;  // about so, 2.17.3
// A turn takes some eight clocks. The crystal takes 1 ms by the ring oscillator, which has 12 MHz
// at most: this is 10 ms and more.
constexpr uint32_t kStartTurns = 12'000'000 / 8 / 100;

bool WaitFor(uint32_t address, uint32_t mask, uint32_t value, uint32_t turns) {
  for (; turns > 0; --turns) {
    if ((Register(address) & mask) == value) return true;
  }
  return false;
}

void Release(uint32_t peripherals) {
  Register(kResets + kClearBits) = peripherals;
  WaitFor(kResetsDone, peripherals, peripherals, kStartTurns);
}

bool StartPll() {
  // A debugger may have started us with the PLL running: off it first.
  Register(kClkSysCtrl) = kClkSysRef;
  if (!WaitFor(kClkSysSelected, 1u << kClkSysRef, 1u << kClkSysRef, kStartTurns)) return false;
  Register(kXoscStartup) = board_facts::kXoscHz / 1000 / kXoscStartupUnit + 1;  // 1 ms
  Register(kXoscCtrl) = kXoscCtrl1To15MHz | kXoscCtrlEnable;
  if (!WaitFor(kXoscStatus, kXoscStatusStable, kXoscStatusStable, kStartTurns)) return false;
  Register(kClkRefCtrl) = kClkRefCrystal;
  if (!WaitFor(kClkRefSelected, 1u << kClkRefCrystal, 1u << kClkRefCrystal, kStartTurns)) {
    return false;
  }

  // 2.18.3: in reset while it is programmed; dividers once it is locked
  Register(kResets + kSetBits) = kResetsPllSys;
  Release(kResetsPllSys);
  Register(kPllCs) = 1;  // the crystal undivided
  Register(kPllFeedback) = board_facts::kPllFeedback;
  Register(kPllPwr + kClearBits) = kPllPwrDown;
  if (!WaitFor(kPllCs, kPllCsLock, kPllCsLock, kStartTurns)) return false;
  Register(kPllDividers) = board_facts::kPllDivider1 << kPllDivider1Shift |
                           board_facts::kPllDivider2 << kPllDivider2Shift;
  Register(kPllPwr + kClearBits) = kPllPwrDividersDown;
  Register(kClkSysCtrl) = kClkSysPll;
  return WaitFor(kClkSysSelected, 1u << kClkSysPll, 1u << kClkSysPll, kStartTurns);
}

}  // namespace

namespace pl011 {

uint32_t g_clock_hz = kRingOscillatorHz;

void StartClock() {
  if (StartPll()) g_clock_hz = board_facts::kClockHz;
}

void ConnectUart() {
  Release(kResetsIoBank0 | kResetsPadsBank0 | kResetsUart0);
  Register(kClkPeriCtrl) = kClkPeriEnable;
  Register(kIoBank0Ctrl + 8 * board_facts::kUartTxPin) = kIoFunctionUart;
  Register(kIoBank0Ctrl + 8 * board_facts::kUartRxPin) = kIoFunctionUart;
  const uint32_t pad = kPadsBank0 + 4 * board_facts::kUartRxPin;
  Register(pad + kClearBits) = kPadPullDown;
  Register(pad + kSetBits) = kPadPullUp;  // an open line is an idle line
}

}  // namespace pl011

size_t board::UniqueId(uint8_t* dst) {
  for (size_t i = 0; i < rp2040::kFlashIdBytes; ++i) dst[i] = rp2040::g_flash_id[i];
  return rp2040::kFlashIdBytes;
}
