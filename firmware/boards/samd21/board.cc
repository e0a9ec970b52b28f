// Microchip SAM D21: a SERCOM as UART, and SysTick. Registers are those of its datasheet
// (DS40001882), by its names: SERCOM (USART) and PORT.

#include "board.h"

#include <cstddef>
#include <cstdint>

#include "board_facts.h"
#include "clocks.h"
#include "receive.h"
#include "registers.h"
#include "systick.h"
#include "vectors.h"

namespace {

using cortex_m::Register;
using cortex_m::Register16;
using cortex_m::Register8;
using samd21::g_clock_hz;

constexpr uint32_t kCtrlA = board_facts::kUartBase + 0x00;
constexpr uint32_t kCtrlAReset = 1u << 0;
constexpr uint32_t kCtrlAEnable = 1u << 1;
constexpr uint32_t kCtrlAInternalClock = 1u << 2;
constexpr uint32_t kCtrlA16FoldFractional = 1u << 13;
constexpr uint32_t kCtrlATxPadShift = 16;  // 0: pad 0, 1: pad 2
constexpr uint32_t kCtrlARxPadShift = 20;
constexpr uint32_t kCtrlALowestBitFirst = 1u << 30;
constexpr uint32_t kCtrlB = board_facts::kUartBase + 0x04;
constexpr uint32_t kCtrlBTransmitter = 1u << 16;
constexpr uint32_t kCtrlBReceiver = 1u << 17;
constexpr uint32_t kListening = kCtrlBTransmitter | kCtrlBReceiver;
constexpr uint32_t kBaud = board_facts::kUartBase + 0x0C;  // 16 bits
constexpr uint32_t kBaudFractionShift = 13;
constexpr uint32_t kIntEnSet = board_facts::kUartBase + 0x16;  // 8 bits
constexpr uint32_t kIntFlag = board_facts::kUartBase + 0x18;   // 8 bits
constexpr uint32_t kIntRoomForByte = 1u << 0;                  // DRE
constexpr uint32_t kIntAllSent = 1u << 1;                      // TXC
constexpr uint32_t kIntByteWaits = 1u << 2;                    // RXC
constexpr uint32_t kStatus = board_facts::kUartBase + 0x1A;    // 16 bits; write 1 to clear
constexpr uint32_t kStatusOverrun = 1u << 2;                   // BUFOVF
constexpr uint32_t kSyncBusy = board_facts::kUartBase + 0x1C;
constexpr uint32_t kData = board_facts::kUartBase + 0x28;  // 16 bits

constexpr uint32_t kPort = 0x41004400;
constexpr uint32_t kPortStride = 0x80;
constexpr uint32_t kPortOutSet = 0x18;
constexpr uint32_t kPortWrConfig = 0x28;
constexpr uint32_t kWrConfigToPeripheral = 1u << 16;  // PMUXEN
constexpr uint32_t kWrConfigInput = 1u << 17;
constexpr uint32_t kWrConfigPull = 1u << 18;
constexpr uint32_t kWrConfigFunctionShift = 24;
constexpr uint32_t kWrConfigWrite = 1u << 28 | 1u << 30;  // WRPMUX, WRPINCFG
constexpr uint32_t kWrConfigUpperPins = 1u << 31;

static_assert(board_facts::kUartTxPad == 0 || board_facts::kUartTxPad == 2, "uart.tx_pad: 0 or 2");
static_assert(board_facts::kUartRxPad <= 3, "uart.rx_pad: 0 to 3");

// Serial number: four words, of which the first lies apart; the others tell chips apart.
constexpr uint32_t kSerialNumber = 0x0080A040;
constexpr size_t kSerialNumberWords = 3;

uint32_t g_baud = board_facts::kUartBaud;

uint32_t TurnsForTwoBytes() { return 20 * (g_clock_hz / board_facts::kUartBaud + 1); }

bool WaitForFlag(uint32_t flag) {
  for (uint32_t turns = TurnsForTwoBytes(); turns > 0; --turns) {
    if (Register8(kIntFlag) & flag) return true;
  }
  return false;
}

void Synchronise() {
  for (uint32_t turns = TurnsForTwoBytes(); turns > 0 && Register(kSyncBusy) != 0; --turns) {
  }
}

void UartInterrupt() {
  cortex_m::Receive([] { return (Register8(kIntFlag) & kIntByteWaits) != 0; },
                    [] { return static_cast<uint8_t>(Register16(kData)); });
  if (Register16(kStatus) & kStatusOverrun) {
    Register16(kStatus) = kStatusOverrun;
    cortex_m::CountOverrun();
  }
}

MCUFORGE_IRQ_VECTORS constexpr auto kIrqVectors =
    cortex_m::MakeIrqTable<board_facts::kIrqCount>(board_facts::kUartRxIrq, UartInterrupt);

// pull: an open line is an idle line.
void ConnectPin(uint32_t pin, uint32_t pull) {
  const uint32_t port = kPort + kPortStride * (pin / 32);
  pin %= 32;
  if (pull) Register(port + kPortOutSet) = 1u << pin;  // up
  Register(port + kPortWrConfig) = kWrConfigWrite | pull | kWrConfigToPeripheral |
                                   board_facts::kUartPinFunction << kWrConfigFunctionShift |
                                   (pin >= 16 ? kWrConfigUpperPins : 0) | 1u << pin % 16;
}

void StartUart(uint32_t ctrl_b) {
  samd21::FeedUart();
  ConnectPin(board_facts::kUartTxPin, 0);
  ConnectPin(board_facts::kUartRxPin, kWrConfigInput | kWrConfigPull);
  Register(kCtrlA) = kCtrlAReset;
  Synchronise();
  constexpr uint32_t kMode = kCtrlAInternalClock | kCtrlA16FoldFractional |
                             board_facts::kUartTxPad / 2 << kCtrlATxPadShift |
                             board_facts::kUartRxPad << kCtrlARxPadShift | kCtrlALowestBitFirst;
  Register(kCtrlA) = kMode;
  // eighths of a clock / (16 * baud)
  const uint32_t divider = (g_clock_hz + g_baud) / (2 * g_baud);
  Register16(kBaud) = static_cast<uint16_t>(divider / 8 | divider % 8 << kBaudFractionShift);
  Register(kCtrlB) = ctrl_b;
  Synchronise();
  if (ctrl_b & kCtrlBReceiver) Register8(kIntEnSet) = kIntByteWaits;
  Register(kCtrlA) = kMode | kCtrlAEnable;
  Synchronise();
}

}  // namespace

namespace board {

void Init() {
  samd21::StartClocks();
  cortex_m::StartSysTick();
  StartUart(kListening);
  cortex_m::EnableInterrupt(board_facts::kUartRxIrq);
}

void UartWrite(const uint8_t* src, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    while ((Register8(kIntFlag) & kIntRoomForByte) == 0) {
    }
    Register16(kData) = src[i];
  }
}

void UartSetBaud(uint32_t baud) {
  WaitForFlag(kIntAllSent);
  g_baud = baud;
  StartUart(kListening);
}

uint32_t Ticks() { return cortex_m::SysTickTicks(); }
uint32_t TickHz() { return g_clock_hz; }
uint32_t ClockHz() { return g_clock_hz; }

size_t UniqueId(uint8_t* dst) {
  return cortex_m::ReadWords<kSerialNumber, kSerialNumberWords>(dst);
}

void FaultWrite(const uint8_t* src, size_t n) {
  StartUart(kCtrlBTransmitter);  // Init() may not have been reached
  for (size_t i = 0; i < n; ++i) {
    WaitForFlag(kIntRoomForByte);
    Register16(kData) = src[i];
  }
}

void FaultEnd() {
  WaitForFlag(kIntAllSent);
  Reset();
}

}  // namespace board
