// Arm MPS2 and MPS3 FPGA images: CMSDK APB UART 0 and SysTick.
// UART: Cortex-M System Design Kit TRM (DDI 0479D), section 4.3, "APB UART".
// Addresses and interrupt numbers come from the board's JSON through board_facts.h.

#include "board.h"

#include <cstddef>
#include <cstdint>

#include "board_facts.h"
#include "receive.h"
#include "registers.h"
#include "systick.h"
#include "vectors.h"

namespace {

using cortex_m::Register;

// Table 4-4: programmers model
constexpr uint32_t kData = board_facts::kUartBase + 0x00;
constexpr uint32_t kState = board_facts::kUartBase + 0x04;
constexpr uint32_t kStateTxFull = 1u << 0;
constexpr uint32_t kStateRxFull = 1u << 1;
constexpr uint32_t kStateRxOverrun = 1u << 3;  // write 1 to clear
constexpr uint32_t kCtrl = board_facts::kUartBase + 0x08;
constexpr uint32_t kCtrlTxEnable = 1u << 0;
constexpr uint32_t kCtrlRxEnable = 1u << 1;
constexpr uint32_t kCtrlRxInterrupt = 1u << 3;
constexpr uint32_t kIntClear = board_facts::kUartBase + 0x0C;
constexpr uint32_t kIntRx = 1u << 1;
constexpr uint32_t kBaudDiv = board_facts::kUartBase + 0x10;
constexpr uint32_t kBaudDivMin = 16;

constexpr uint32_t Divider(uint32_t baud) { return (board_facts::kUartClockHz + baud / 2) / baud; }
static_assert(Divider(board_facts::kUartMaxBaud) >= kBaudDivMin,
              "uart.max_baud is too fast for uart.clock_hz");

uint32_t g_baud = board_facts::kUartBaud;

// A byte on the wire is 10 bits; a loop turn takes at least one cycle. So this many turns are long
// enough for two bytes, and a transmitter that takes longer is stuck.
constexpr uint32_t kTurnsForTwoBytes = 20 * (board_facts::kClockHz / board_facts::kUartBaud + 1);

// The last byte leaves the shift register after the buffer has become free.
void WaitForShiftRegister() {
  for (uint32_t turn = 0; turn < kTurnsForTwoBytes; ++turn) asm volatile("");
}

void UartInterrupt() {
  Register(kIntClear) = kIntRx;
  if (Register(kState) & kStateRxOverrun) {
    Register(kState) = kStateRxOverrun;
    cortex_m::CountOverrun();
  }
  cortex_m::Receive([] { return (Register(kState) & kStateRxFull) != 0; },
                    [] { return static_cast<uint8_t>(Register(kData)); });
}

MCUFORGE_IRQ_VECTORS constexpr auto kIrqVectors =
    cortex_m::MakeIrqTable<board_facts::kIrqCount>(board_facts::kUartRxIrq, UartInterrupt);

}  // namespace

namespace board {

void Init() {
  cortex_m::StartSysTick();
  Register(kBaudDiv) = Divider(g_baud);
  Register(kCtrl) = kCtrlTxEnable | kCtrlRxEnable | kCtrlRxInterrupt;
  cortex_m::EnableInterrupt(board_facts::kUartRxIrq);
}

void UartWrite(const uint8_t* src, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    while (Register(kState) & kStateTxFull) {
    }
    Register(kData) = src[i];
  }
}

void UartSetBaud(uint32_t baud) {
  while (Register(kState) & kStateTxFull) {
  }
  WaitForShiftRegister();
  g_baud = baud;
  Register(kBaudDiv) = Divider(g_baud);
}

uint32_t Ticks() { return cortex_m::SysTickTicks(); }
uint32_t TickHz() { return board_facts::kTickHz; }
uint32_t ClockHz() { return board_facts::kClockHz; }

size_t UniqueId(uint8_t*) { return 0; }  // the chip has none

void FaultWrite(const uint8_t* src, size_t n) {
  Register(kCtrl) = kCtrlTxEnable;  // Init() may not have been reached
  Register(kBaudDiv) = Divider(g_baud);
  for (size_t i = 0; i < n; ++i) {
    for (uint32_t turn = 0; turn < kTurnsForTwoBytes && (Register(kState) & kStateTxFull); ++turn) {
    }
    Register(kData) = src[i];
  }
}

void FaultEnd() {
  WaitForShiftRegister();
  Reset();
}

}  // namespace board
