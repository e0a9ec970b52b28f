// Arm MPS2 FPGA images: CMSDK APB UART 0 and SysTick.
// UART: Cortex-M System Design Kit TRM (DDI 0479D), section 4.3, "APB UART".
// Addresses and interrupt numbers come from the board's JSON through board_facts.h.

#include "board.h"

#include <cstddef>
#include <cstdint>

#include "board_facts.h"
#include "registers.h"
#include "ring_buffer.h"
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

constexpr uint32_t kDivider =
    (board_facts::kClockHz + board_facts::kUartBaud / 2) / board_facts::kUartBaud;
static_assert(kDivider >= kBaudDivMin, "uart.baud is too fast for clock_hz");

// A byte on the wire is 10 bits; a loop turn takes at least one cycle. So this many turns are long
// enough for two bytes, and a transmitter that takes longer is stuck.
constexpr uint32_t kTurnsForTwoBytes = 20 * kDivider;

cortex_m::RingBuffer<board_facts::kUartRxRingBytes> g_received;
volatile uint32_t g_overruns = 0;

void UartInterrupt() {
  Register(kIntClear) = kIntRx;
  if (Register(kState) & kStateRxOverrun) {
    Register(kState) = kStateRxOverrun;
    g_overruns = g_overruns + 1;
  }
  while (Register(kState) & kStateRxFull) {
    if (!g_received.Push(static_cast<uint8_t>(Register(kData)))) g_overruns = g_overruns + 1;
  }
}

constexpr uint32_t kIrqCount = 32;

struct IrqVectors {
  cortex_m::Vector irq[kIrqCount];
};

constexpr IrqVectors MakeIrqVectors() {
  IrqVectors table{};
  for (auto& vector : table.irq) vector = mcuforge_fault;
  table.irq[board_facts::kUartRxIrq] = UartInterrupt;
  return table;
}

MCUFORGE_IRQ_VECTORS constexpr IrqVectors kIrqVectors = MakeIrqVectors();

}  // namespace

namespace board {

void Init() {
  cortex_m::StartSysTick();
  Register(kBaudDiv) = kDivider;
  Register(kCtrl) = kCtrlTxEnable | kCtrlRxEnable | kCtrlRxInterrupt;
  cortex_m::EnableInterrupt(board_facts::kUartRxIrq);
}

size_t UartRead(uint8_t* dst, size_t max) { return g_received.Pop(dst, max); }

uint32_t UartOverruns() { return g_overruns; }

void UartWrite(const uint8_t* src, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    while (Register(kState) & kStateTxFull) {
    }
    Register(kData) = src[i];
  }
}

void Idle() {
  // With interrupts off, WFI still wakes when one is pending (B1.5.19), so a byte that comes
  // between the test and the sleep is not slept through.
  cortex_m::InterruptLock lock;
  if (g_received.Empty()) asm volatile("dsb\n\twfi" ::: "memory");
}

void FaultWrite(const uint8_t* src, size_t n) {
  Register(kCtrl) = kCtrlTxEnable;  // Init() may not have been reached
  Register(kBaudDiv) = kDivider;
  for (size_t i = 0; i < n; ++i) {
    for (uint32_t turn = 0; turn < kTurnsForTwoBytes && (Register(kState) & kStateTxFull); ++turn) {
    }
    Register(kData) = src[i];
  }
}

void FaultEnd() {
  // The last byte leaves the shift register after the buffer has become free.
  for (uint32_t turn = 0; turn < kTurnsForTwoBytes; ++turn) asm volatile("");
  Reset();
}

}  // namespace board
