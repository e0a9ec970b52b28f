// Nordic nRF51 and nRF52: UART0 (the one without DMA, which both have) and TIMER0.
// Sections are those of the nRF51 Series Reference Manual v3.0; the peripherals that are used here
// are the same in the nRF52832 Product Specification v1.4, sections 19 (clock), 24 (timer), 20
// (GPIO) and 34 (UART). The nRF51 has no SysTick.

#include "board.h"

#include <cstddef>
#include <cstdint>

#include "board_facts.h"
#include "receive.h"
#include "registers.h"
#include "stack_guard.h"
#include "vectors.h"

namespace {

using cortex_m::Register;

// Factory information configuration registers, 8.1
constexpr uint32_t kFicr = 0x10000000;
constexpr uint32_t kFicrDeviceId = kFicr + 0x060;  // two words of random number
constexpr size_t kFicrDeviceIdWords = 2;
// Of the nRF52, in no manual: Nordic's nrfx tells chips (6: nRF52832, 8: nRF52840, 13: nRF52833)
// and revisions apart by them (mdk/nrf52_erratas.h).
constexpr uint32_t kFicrPartCode = kFicr + 0x130;
constexpr uint32_t kFicrRevision = kFicr + 0x134;
constexpr uint32_t kFicrRamTrim = kFicr + 0x258;  // for erratum 108
constexpr uint32_t kUicr = 0x10001000;            // user information configuration registers, 8.2
constexpr uint32_t kUicrApProtect = kUicr + 0x208;
static_assert(cortex_m::OutsideGuard(kFicr, 0x1000) && cortex_m::OutsideGuard(kUicr, 0x1000),
              "FICR or UICR lies in the stack's guard");

// nRF52840 Product Specification v1.7, 4.8: access port protection of the hardened revisions
constexpr uint32_t kApProtectDisable = 0x40000558;
// nRF52832 errata, 108: where its workaround writes
constexpr uint32_t kPowerRamTrim = 0x40000EE4;
constexpr uint32_t kPowerRamTrimMask = 0x4F;

// nRF52832 Product Specification, NVMC: the flash's instruction cache, off after a reset
constexpr uint32_t kNvmcICacheConfiguration = 0x4001E540;
constexpr uint32_t kNvmcICacheEnable = 1u << 0;

// Of the part that chip.part names: its code in FICR, and the first revision whose debug port is
// closed by every reset until software opens it (nrfx, configuration 249).
struct Part {
  uint32_t code;
  uint32_t first_hardened_revision;
};
constexpr Part PartOf(uint32_t part) {
  switch (part) {
    case 0x52832:
      return {6, 7};
    case 0x52833:
      return {13, 1};
    case 0x52840:
      return {8, 5};
    default:
      return {0, 0};  // an nRF51
  }
}
constexpr bool kIsNrf52 = PartOf(board_facts::kPart).code != 0;
static_assert(kIsNrf52 || board_facts::kPart == 0x51822,
              "chip.part: 0x51822, 0x52832, 0x52833 or 0x52840");

// Clock management, 13.2: the radio's crystal oscillator, exact enough for a UART; the internal one
// is off by up to 6 % at first.
constexpr uint32_t kClockTasksHfClkStart = 0x40000000;
constexpr uint32_t kClockEventsHfClkStarted = 0x40000100;

// UART, 29.10
constexpr uint32_t kUart = 0x40002000;
constexpr uint32_t kUartTasksStartRx = kUart + 0x000;
constexpr uint32_t kUartTasksStartTx = kUart + 0x008;
constexpr uint32_t kUartEventsRxdRdy = kUart + 0x108;
constexpr uint32_t kUartEventsTxdRdy = kUart + 0x11C;
constexpr uint32_t kUartEventsError = kUart + 0x124;
constexpr uint32_t kUartIntenSet = kUart + 0x304;
constexpr uint32_t kUartIntenClr = kUart + 0x308;
constexpr uint32_t kUartIntRxdRdy = 1u << 2;
constexpr uint32_t kUartIntError = 1u << 9;
constexpr uint32_t kUartErrorSrc = kUart + 0x480;  // write 1 to clear
constexpr uint32_t kUartErrorSrcOverrun = 1u << 0;
constexpr uint32_t kUartEnable = kUart + 0x500;
constexpr uint32_t kUartEnableOn = 4;
constexpr uint32_t kUartPselRts = kUart + 0x508;
constexpr uint32_t kUartPselTxd = kUart + 0x50C;
constexpr uint32_t kUartPselCts = kUart + 0x510;
constexpr uint32_t kUartPselRxd = kUart + 0x514;
constexpr uint32_t kUartPselNone = 0xFFFFFFFF;
constexpr uint32_t kUartRxd = kUart + 0x518;
constexpr uint32_t kUartTxd = kUart + 0x51C;
constexpr uint32_t kUartBaudRate = kUart + 0x524;
constexpr uint32_t kUartConfig = kUart + 0x56C;

// Timer/counter, 18.1
constexpr uint32_t kTimer = 0x40008000;
constexpr uint32_t kTimerTasksStart = kTimer + 0x000;
constexpr uint32_t kTimerTasksStop = kTimer + 0x004;
constexpr uint32_t kTimerTasksClear = kTimer + 0x00C;
constexpr uint32_t kTimerTasksCapture0 = kTimer + 0x040;
constexpr uint32_t kTimerMode = kTimer + 0x504;
constexpr uint32_t kTimerBitMode = kTimer + 0x508;
constexpr uint32_t kTimerBitMode32 = 3;
constexpr uint32_t kTimerPrescaler = kTimer + 0x510;
constexpr uint32_t kTimerCc0 = kTimer + 0x540;
constexpr uint32_t kTimerHz = 16'000'000;
static_assert(board_facts::kTickHz == kTimerHz, "tick.hz: TIMER0 runs at 16 MHz");

// GPIO, 14.3; the second port of the larger chips follows the first
constexpr uint32_t kGpio = 0x50000000;
constexpr uint32_t kGpioStride = 0x300;
constexpr uint32_t kGpioOutSet = 0x508;
constexpr uint32_t kGpioDirSet = 0x518;
constexpr uint32_t kGpioDirClr = 0x51C;
constexpr uint32_t kGpioPinCnf = 0x700;
constexpr uint32_t kGpioPinCnfInputPullUp = 3u << 2;  // direction and buffer 0: connected input

// 29.10.1: the rate in 2^32 / 16 MHz, rounded to the upper 20 bits, which the hardware has
constexpr uint32_t BaudRate(uint32_t baud) {
  // 2^32 / 16 MHz is 268.435456; in 32 bits, for a division of 64 would link a routine
  return (baud * 268 + baud / 1000 * 435 + baud / 1000 * 456 / 1000 + 0x800) & 0xFFFFF000;
}
static_assert(board_facts::kUartMaxBaud <= 1'000'000, "uart.max_baud: it goes up to 1 Mbaud");

uint32_t g_baud = board_facts::kUartBaud;

// The crystal takes 0.8 ms; this is some 10 ms and more. Without it the line may be off in speed.
constexpr uint32_t kCrystalTurns = board_facts::kClockHz / 400;

// A byte on the wire is 10 bits, and a loop turn takes at least one clock.
constexpr uint32_t kTurnsForTwoBytes = 20 * (board_facts::kClockHz / board_facts::kUartBaud + 1);

// Waits until the event at `address` has happened, at most so many turns.
void WaitForEvent(uint32_t address, uint32_t turns) {
  for (; turns > 0 && Register(address) == 0; --turns) {
  }
}

void UartInterrupt() {
  if (Register(kUartEventsError)) {
    Register(kUartEventsError) = 0;
    const uint32_t errors = Register(kUartErrorSrc);
    Register(kUartErrorSrc) = errors;
    if (errors & kUartErrorSrcOverrun) cortex_m::CountOverrun();
  }
  // RXD is the end of a queue of six bytes. The event has to be cleared before it is read, because
  // the next byte in the queue sets it again (29.5).
  cortex_m::Receive([] { return Register(kUartEventsRxdRdy) != 0; },
                    [] {
                      Register(kUartEventsRxdRdy) = 0;
                      return static_cast<uint8_t>(Register(kUartRxd));
                    });
}

MCUFORGE_IRQ_VECTORS constexpr auto kIrqVectors =
    cortex_m::MakeIrqTable<board_facts::kIrqCount>(board_facts::kUartRxIrq, UartInterrupt);

void ConfigurePins() {
  constexpr uint32_t kTx = board_facts::kUartTxPin;
  constexpr uint32_t kRx = board_facts::kUartRxPin;
  constexpr uint32_t kTxPort = kGpio + kGpioStride * (kTx / 32);
  constexpr uint32_t kRxPort = kGpio + kGpioStride * (kRx / 32);
  Register(kTxPort + kGpioOutSet) = 1u << (kTx % 32);
  Register(kTxPort + kGpioDirSet) = 1u << (kTx % 32);
  Register(kRxPort + kGpioDirClr) = 1u << (kRx % 32);
  Register(kRxPort + kGpioPinCnf + 4 * (kRx % 32)) = kGpioPinCnfInputPullUp;
  Register(kUartPselTxd) = kTx;
  Register(kUartPselRxd) = kRx;
  Register(kUartPselRts) = kUartPselNone;
  Register(kUartPselCts) = kUartPselNone;
}

void StartTransmitter() {
  ConfigurePins();
  Register(kUartBaudRate) = BaudRate(g_baud);
  Register(kUartConfig) = 0;  // no parity, no flow control
  Register(kUartEnable) = kUartEnableOn;
  Register(kUartTasksStartTx) = 1;
}

// What a chip needs before anything else; the nRF51 nothing.
void MendChip() {
  if constexpr (board_facts::kPart == 0x52832) {
    // 108, all revisions: without it RAM may not keep its content while the core waits in Idle().
    Register(kPowerRamTrim) = Register(kFicrRamTrim) & kPowerRamTrimMask;
  }
  if constexpr (kIsNrf52) {
    Register(kNvmcICacheConfiguration) = kNvmcICacheEnable;
    constexpr Part kPart = PartOf(board_facts::kPart);
    // Early chips read all ones here, and have no such register to write to.
    if (Register(kFicrPartCode) == kPart.code &&
        Register(kFicrRevision) >= kPart.first_hardened_revision) {
      Register(kApProtectDisable) = Register(kUicrApProtect);  // open if UICR wants it open
    }
  }
}

}  // namespace

namespace board {

void Init() {
  MendChip();
  Register(kClockEventsHfClkStarted) = 0;
  Register(kClockTasksHfClkStart) = 1;
  WaitForEvent(kClockEventsHfClkStarted, kCrystalTurns);

  Register(kTimerTasksStop) = 1;
  Register(kTimerMode) = 0;
  Register(kTimerBitMode) = kTimerBitMode32;
  Register(kTimerPrescaler) = 0;
  Register(kTimerTasksClear) = 1;
  Register(kTimerTasksStart) = 1;

  StartTransmitter();
  Register(kUartIntenSet) = kUartIntRxdRdy | kUartIntError;
  Register(kUartTasksStartRx) = 1;
  cortex_m::EnableInterrupt(board_facts::kUartRxIrq);
}

void UartWrite(const uint8_t* src, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    Register(kUartEventsTxdRdy) = 0;
    Register(kUartTxd) = src[i];
    while (Register(kUartEventsTxdRdy) == 0) {
    }
  }
}

void UartSetBaud(uint32_t baud) {
  g_baud = baud;  // the last byte has left: UartWrite waits for each
  Register(kUartBaudRate) = BaudRate(g_baud);
}

uint32_t Ticks() {
  Register(kTimerTasksCapture0) = 1;
  return Register(kTimerCc0);
}

uint32_t TickHz() { return board_facts::kTickHz; }
uint32_t ClockHz() { return board_facts::kClockHz; }

size_t UniqueId(uint8_t* dst) {
  return cortex_m::ReadWords<kFicrDeviceId, kFicrDeviceIdWords>(dst);
}

void FaultWrite(const uint8_t* src, size_t n) {
  Register(kUartIntenClr) = kUartIntRxdRdy | kUartIntError;
  StartTransmitter();  // Init() may not have been reached
  for (size_t i = 0; i < n; ++i) {
    Register(kUartEventsTxdRdy) = 0;
    Register(kUartTxd) = src[i];
    WaitForEvent(kUartEventsTxdRdy, kTurnsForTwoBytes);
  }
}

void FaultEnd() { Reset(); }  // the last TXDRDY came when its byte had been sent

}  // namespace board
