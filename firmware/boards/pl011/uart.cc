// Chips with Arm's UART PL011 and SysTick. Sections are those of its Technical Reference Manual
// (DDI 0183G).

#include <cstddef>
#include <cstdint>

#include "board.h"
#include "board_facts.h"
#include "chip.h"
#include "receive.h"
#include "registers.h"
#include "systick.h"
#include "vectors.h"

namespace {

using cortex_m::Register;
using pl011::g_clock_hz;

// Programmers model, 3.2
constexpr uint32_t kDr = board_facts::kUartBase + 0x00;
constexpr uint32_t kDrOverrun = 1u << 11;
constexpr uint32_t kFr = board_facts::kUartBase + 0x18;
constexpr uint32_t kFrBusy = 1u << 3;
constexpr uint32_t kFrRxEmpty = 1u << 4;
constexpr uint32_t kFrTxFull = 1u << 5;
constexpr uint32_t kIbrd = board_facts::kUartBase + 0x24;
constexpr uint32_t kFbrd = board_facts::kUartBase + 0x28;
constexpr uint32_t kLcrH = board_facts::kUartBase + 0x2C;
constexpr uint32_t kLcrHFifos = 1u << 4;
constexpr uint32_t kLcrHEightBits = 3u << 5;
constexpr uint32_t kCr = board_facts::kUartBase + 0x30;
constexpr uint32_t kCrEnable = 1u << 0;
constexpr uint32_t kCrTx = 1u << 8;
constexpr uint32_t kCrRx = 1u << 9;
constexpr uint32_t kCrListening = kCrEnable | kCrTx | kCrRx;
constexpr uint32_t kIfls = board_facts::kUartBase + 0x34;
constexpr uint32_t kIflsRxEighth = 0u << 3;  // an interrupt when an eighth of the queue is full
constexpr uint32_t kImsc = board_facts::kUartBase + 0x38;
constexpr uint32_t kIcr = board_facts::kUartBase + 0x44;
constexpr uint32_t kIntRx = 1u << 4;
constexpr uint32_t kIntRxTimeout = 1u << 6;  // fewer than that have waited for 32 bit times

uint32_t g_baud = board_facts::kUartBaud;

void UartInterrupt() {
  Register(kIcr) = kIntRx | kIntRxTimeout;
  cortex_m::Receive([] { return (Register(kFr) & kFrRxEmpty) == 0; },
                    [] {
                      const uint32_t data = Register(kDr);
                      if (data & kDrOverrun) cortex_m::CountOverrun();
                      return static_cast<uint8_t>(data);
                    });
}

MCUFORGE_IRQ_VECTORS constexpr auto kIrqVectors =
    cortex_m::MakeIrqTable<board_facts::kIrqCount>(board_facts::kUartRxIrq, UartInterrupt);

void StartUart(uint32_t control) {
  pl011::ConnectUart();
  // 3.3.6: 16 + 6 bits, for 16-fold oversampling: clock * 64 / (16 * baud)
  const uint32_t divider = (g_clock_hz * 4 + g_baud / 2) / g_baud;
  Register(kCr) = 0;
  Register(kIbrd) = divider / 64;
  Register(kFbrd) = divider % 64;
  Register(kLcrH) = kLcrHEightBits | kLcrHFifos;  // after the divider: it latches it
  Register(kIfls) = kIflsRxEighth;
  Register(kCr) = control;
}

// A byte on the wire is 10 bits, a turn takes at least a clock; up to 32 bytes wait in the queue.
void WaitForFifo() {
  const uint32_t turns = 400 * (g_clock_hz / board_facts::kUartBaud + 1);
  for (uint32_t turn = 0; turn < turns && (Register(kFr) & kFrBusy); ++turn) {
  }
}

}  // namespace

namespace board {

void Init() {
  pl011::StartClock();
  cortex_m::StartSysTick();
  StartUart(kCrListening);
  Register(kImsc) = kIntRx | kIntRxTimeout;
  cortex_m::EnableInterrupt(board_facts::kUartRxIrq);
}

void UartWrite(const uint8_t* src, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    while (Register(kFr) & kFrTxFull) {
    }
    Register(kDr) = src[i];
  }
}

void UartSetBaud(uint32_t baud) {
  WaitForFifo();
  g_baud = baud;
  StartUart(kCrListening);
}

uint32_t Ticks() { return cortex_m::SysTickTicks(); }
uint32_t TickHz() { return g_clock_hz; }
uint32_t ClockHz() { return g_clock_hz; }

void FaultWrite(const uint8_t* src, size_t n) {
  StartUart(kCrEnable | kCrTx);  // Init() may not have been reached
  const uint32_t turns = 20 * (g_clock_hz / board_facts::kUartBaud + 1);  // two bytes and more
  for (size_t i = 0; i < n; ++i) {
    for (uint32_t turn = 0; turn < turns && (Register(kFr) & kFrTxFull); ++turn) {
    }
    Register(kDr) = src[i];
  }
}

void FaultEnd() {
  WaitForFifo();
  Reset();
}

}  // namespace board
