// ST STM32: the USART, of which each family has a usart.h, and SysTick. CR1's and the status
// register's bits are the same in both generations (usart_v1.h, usart_v2.h).

#include "board.h"

#include <cstddef>
#include <cstdint>

#include "board_facts.h"
#include "chip.h"
#include "receive.h"
#include "registers.h"
#include "systick.h"
#include "usart.h"
#include "vectors.h"

namespace {

using cortex_m::Register;
using stm32::g_clocks;
namespace usart = stm32::usart;

constexpr uint32_t kOverrun = 1u << 3;        // ORE
constexpr uint32_t kByteWaits = 1u << 5;      // RXNE
constexpr uint32_t kAllSent = 1u << 6;        // TC
constexpr uint32_t kRoomForByte = 1u << 7;    // TXE
constexpr uint32_t kReceiver = 1u << 2;       // RE
constexpr uint32_t kTransmitter = 1u << 3;    // TE
constexpr uint32_t kByteInterrupt = 1u << 5;  // RXNEIE
constexpr uint32_t kSending = usart::kControlEnable | kTransmitter;
constexpr uint32_t kListening = kSending | kReceiver | kByteInterrupt;

bool StatusHas(uint32_t bit) { return (Register(usart::kStatus) & bit) != 0; }

void UsartInterrupt() {
  const bool overrun = StatusHas(kOverrun);
  cortex_m::Receive([] { return StatusHas(kByteWaits); },
                    [] { return static_cast<uint8_t>(Register(usart::kReceived)); });
  if (!overrun) return;
  usart::ClearOverrun();
  // Where the ring is full, a byte may wait with the overrun still set: counted when it is cleared.
  if (!StatusHas(kOverrun)) cortex_m::CountOverrun();
}

MCUFORGE_IRQ_VECTORS constexpr auto kIrqVectors =
    cortex_m::MakeIrqTable<board_facts::kIrqCount>(board_facts::kUartRxIrq, UsartInterrupt);

uint32_t g_baud = board_facts::kUartBaud;

void StartUsart(uint32_t control) {
  Register(usart::kControl) = 0;
  // 16-fold oversampling: mantissa and fraction together are the divider in sixteenths, times 16
  Register(usart::kDivider) = (g_clocks.usart * usart::kDividerScale + g_baud / 2) / g_baud;
  Register(usart::kControl) = control;
}

// A byte on the wire is 10 bits; a loop turn takes at least one clock. So a transmitter that takes
// longer than this many turns for two bytes is stuck.
uint32_t TurnsForTwoBytes() { return 20 * (g_clocks.cpu / board_facts::kUartBaud + 1); }

}  // namespace

namespace board {

void Init() {
  // The crystal takes milliseconds, in which the line is listened to on the internal oscillator:
  // the first request after a reset is not lost to the wait.
  stm32::ConnectUsart();
  StartUsart(kListening);
  cortex_m::EnableInterrupt(board_facts::kUartRxIrq);
  const uint32_t internal_hz = g_clocks.usart;
  stm32::StartClocks();
  if (g_clocks.usart != internal_hz) StartUsart(kListening);
  cortex_m::StartSysTick();
}

void UartWrite(const uint8_t* src, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    while (!StatusHas(kRoomForByte)) {
    }
    Register(usart::kToSend) = src[i];
  }
}

void UartSetBaud(uint32_t baud) {
  stm32::WaitFor(usart::kStatus, kAllSent, kAllSent, TurnsForTwoBytes());
  g_baud = baud;
  StartUsart(kListening);
}

uint32_t Ticks() { return cortex_m::SysTickTicks(); }

uint32_t TickHz() { return stm32::g_clocks.cpu; }
uint32_t ClockHz() { return stm32::g_clocks.cpu; }

size_t UniqueId(uint8_t* dst) { return stm32::ReadUniqueId(dst); }

void FaultWrite(const uint8_t* src, size_t n) {
  stm32::ConnectUsart();  // Init() may not have been reached
  StartUsart(kSending);
  for (size_t i = 0; i < n; ++i) {
    stm32::WaitFor(usart::kStatus, kRoomForByte, kRoomForByte, TurnsForTwoBytes());
    Register(usart::kToSend) = src[i];
  }
}

void FaultEnd() {
  stm32::WaitFor(usart::kStatus, kAllSent, kAllSent, TurnsForTwoBytes());
  Reset();
}

}  // namespace board
