// ST STM32 with the USART of the first generation: F1, F2, F4.
// Registers: the reference manuals RM0041 (F100) section 23.6, RM0033 (F205/F207) section 24.6,
// RM0090 (F405/F407) section 30.6, which agree on all that is used here.

#include "board.h"

#include <cstddef>
#include <cstdint>

#include "board_facts.h"
#include "chip.h"
#include "receive.h"
#include "registers.h"
#include "systick.h"
#include "vectors.h"

namespace {

using cortex_m::Register;
using stm32::g_clocks;

constexpr uint32_t kSr = board_facts::kUartBase + 0x00;
constexpr uint32_t kSrOre = 1u << 3;
constexpr uint32_t kSrRxne = 1u << 5;
constexpr uint32_t kSrTc = 1u << 6;
constexpr uint32_t kSrTxe = 1u << 7;
constexpr uint32_t kDr = board_facts::kUartBase + 0x04;
constexpr uint32_t kBrr = board_facts::kUartBase + 0x08;
constexpr uint32_t kCr1 = board_facts::kUartBase + 0x0C;
constexpr uint32_t kCr1Re = 1u << 2;
constexpr uint32_t kCr1Te = 1u << 3;
constexpr uint32_t kCr1RxneIe = 1u << 5;
constexpr uint32_t kCr1Ue = 1u << 13;
constexpr uint32_t kCr1Listening = kCr1Ue | kCr1Te | kCr1Re | kCr1RxneIe;

void UsartInterrupt() {
  // An overrun is cleared by reading the status and then the data (RM0090 30.6.1).
  const bool overrun = (Register(kSr) & kSrOre) != 0;
  cortex_m::Receive([] { return (Register(kSr) & kSrRxne) != 0; },
                    [] { return static_cast<uint8_t>(Register(kDr)); });
  if (overrun) {
    cortex_m::CountOverrun();
    if ((Register(kSr) & kSrRxne) == 0) cortex_m::ReadAndForget(kDr);
  }
}

MCUFORGE_IRQ_VECTORS constexpr auto kIrqVectors =
    cortex_m::MakeIrqTable<board_facts::kIrqCount>(board_facts::kUartRxIrq, UsartInterrupt);

uint32_t UsartClockHz() { return board_facts::kUartBus == 1 ? g_clocks.apb1 : g_clocks.apb2; }

uint32_t g_baud = board_facts::kUartBaud;

void StartUsart(uint32_t cr1) {
  Register(kCr1) = 0;
  // 16-fold oversampling: mantissa and fraction together are the divider in sixteenths, times 16
  Register(kBrr) = (UsartClockHz() + g_baud / 2) / g_baud;
  Register(kCr1) = cr1;
}

// A byte on the wire is 10 bits; a loop turn takes at least one clock. So a transmitter that takes
// longer than this many turns for two bytes is stuck.
uint32_t TurnsForTwoBytes() { return 20 * (g_clocks.cpu / board_facts::kUartBaud + 1); }

}  // namespace

namespace stm32 {

bool WaitFor(uint32_t address, uint32_t mask, bool set, uint32_t turns) {
  for (; turns > 0; --turns) {
    if ((Register(address) & mask) == (set ? mask : 0)) return true;
  }
  return false;
}

void EnableClock(uint32_t address, uint32_t bit) {
  Register(address) = Register(address) | 1u << bit;
  cortex_m::ReadAndForget(address);  // two clocks before the first access (RM0090 7.2, errata 2.1)
}

}  // namespace stm32

namespace board {

void Init() {
  // The crystal takes milliseconds, in which the line is listened to on the internal oscillator:
  // the first request after a reset is not lost to the wait.
  stm32::ConnectUsart();
  StartUsart(kCr1Listening);
  cortex_m::EnableInterrupt(board_facts::kUartRxIrq);
  const uint32_t internal_hz = UsartClockHz();
  stm32::StartClocks();
  if (UsartClockHz() != internal_hz) StartUsart(kCr1Listening);
  cortex_m::StartSysTick();
}

void UartWrite(const uint8_t* src, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    while ((Register(kSr) & kSrTxe) == 0) {
    }
    Register(kDr) = src[i];
  }
}

void UartSetBaud(uint32_t baud) {
  stm32::WaitFor(kSr, kSrTc, true, TurnsForTwoBytes());
  g_baud = baud;
  StartUsart(kCr1Listening);
}

uint32_t Ticks() { return cortex_m::SysTickTicks(); }

uint32_t TickHz() { return stm32::g_clocks.cpu; }
uint32_t ClockHz() { return stm32::g_clocks.cpu; }

size_t UniqueId(uint8_t* dst) { return stm32::ReadUniqueId(dst); }

void FaultWrite(const uint8_t* src, size_t n) {
  stm32::ConnectUsart();  // Init() may not have been reached
  StartUsart(kCr1Ue | kCr1Te);
  for (size_t i = 0; i < n; ++i) {
    stm32::WaitFor(kSr, kSrTxe, true, TurnsForTwoBytes());
    Register(kDr) = src[i];
  }
}

void FaultEnd() {
  stm32::WaitFor(kSr, kSrTc, true, TurnsForTwoBytes());
  Reset();
}

}  // namespace board
