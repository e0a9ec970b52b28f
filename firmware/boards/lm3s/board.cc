// TI (Luminary Micro) Stellaris LM3S, Fury class: UART0 on PA0 and PA1, SysTick.
// Sections are those of the LM3S6965 data sheet (DS-LM3S6965).

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

// System control, 5.5
constexpr uint32_t kSysRis = 0x400FE050;
constexpr uint32_t kSysMisc = 0x400FE058;  // write 1 to clear what RIS shows
constexpr uint32_t kSysPllLocked = 1u << 6;
constexpr uint32_t kSysRcc = 0x400FE060;
constexpr uint32_t kSysRccMoscDis = 1u << 0;
constexpr uint32_t kSysRccOscSrcMask = 3u << 4;  // 0: main oscillator
constexpr uint32_t kSysRccOscSrcInternal = 1u << 4;
constexpr uint32_t kSysRccXtalMask = 15u << 6;
constexpr uint32_t kSysRccXtalShift = 6;
constexpr uint32_t kSysRccBypass = 1u << 11;
constexpr uint32_t kSysRccPllOff = 1u << 13;
constexpr uint32_t kSysRccUseSysDiv = 1u << 22;
constexpr uint32_t kSysRccSysDivMask = 15u << 23;
constexpr uint32_t kSysRccSysDivShift = 23;  // holds the divider less 1
constexpr uint32_t kSysRcgc1 = 0x400FE104;
constexpr uint32_t kSysRcgc1Uart0 = 1u << 0;
constexpr uint32_t kSysRcgc2 = 0x400FE108;
constexpr uint32_t kSysRcgc2PortA = 1u << 0;

constexpr uint32_t kInternalHz = 12'000'000;  // 5.4.3: within 30 %
constexpr uint32_t kPllHz = 200'000'000;      // 400 MHz, halved before the divider
static_assert(kPllHz / board_facts::kSystemDivider == board_facts::kClockHz,
              "chip.system_divider: 200 MHz divided by it has to be clock_hz");

// GPIO port A, 9.5
constexpr uint32_t kPortAAfsel = 0x40004420;
constexpr uint32_t kPortADen = 0x4000451C;
constexpr uint32_t kPortAUartPins = 3u << 0;

// UART0, 12.5
constexpr uint32_t kUart = 0x4000C000;
constexpr uint32_t kUartDr = kUart + 0x00;
constexpr uint32_t kUartDrOverrun = 1u << 11;
constexpr uint32_t kUartFr = kUart + 0x18;
constexpr uint32_t kUartFrBusy = 1u << 3;
constexpr uint32_t kUartFrRxEmpty = 1u << 4;
constexpr uint32_t kUartFrTxFull = 1u << 5;
constexpr uint32_t kUartIbrd = kUart + 0x24;
constexpr uint32_t kUartFbrd = kUart + 0x28;
constexpr uint32_t kUartLcrh = kUart + 0x2C;
constexpr uint32_t kUartLcrhFifos = 1u << 4;
constexpr uint32_t kUartLcrhEightBits = 3u << 5;
constexpr uint32_t kUartCtl = kUart + 0x30;
constexpr uint32_t kUartCtlEnable = 1u << 0;
constexpr uint32_t kUartCtlTx = 1u << 8;
constexpr uint32_t kUartCtlRx = 1u << 9;
constexpr uint32_t kUartIfls = kUart + 0x34;
constexpr uint32_t kUartIflsRxEighth = 0u << 3;  // an interrupt when 2 of 16 bytes wait
constexpr uint32_t kUartIm = kUart + 0x38;
constexpr uint32_t kUartIcr = kUart + 0x44;
constexpr uint32_t kUartIntRx = 1u << 4;
constexpr uint32_t kUartIntRxTimeout = 1u << 6;  // fewer than that have waited for 32 bit times

// The PLL takes 0.5 ms (22.1.1); a turn takes at least four clocks of 12 MHz: 10 ms.
constexpr uint32_t kLockTurns = kInternalHz / 4 / 100;

uint32_t g_clock_hz = kInternalHz;
uint32_t g_baud = board_facts::kUartBaud;

void UartInterrupt() {
  Register(kUartIcr) = kUartIntRx | kUartIntRxTimeout;
  cortex_m::Receive([] { return (Register(kUartFr) & kUartFrRxEmpty) == 0; },
                    [] {
                      const uint32_t data = Register(kUartDr);
                      if (data & kUartDrOverrun) cortex_m::CountOverrun();
                      return static_cast<uint8_t>(data);
                    });
}

MCUFORGE_IRQ_VECTORS constexpr auto kIrqVectors =
    cortex_m::MakeIrqTable<board_facts::kIrqCount>(board_facts::kUartRxIrq, UartInterrupt);

// 5.3: initialization and configuration. Returns the clock that is in use then: without a lock, the
// internal oscillator.
uint32_t StartClock() {
  uint32_t rcc = Register(kSysRcc) | kSysRccBypass;
  rcc &= ~kSysRccUseSysDiv;
  Register(kSysRcc) = rcc;
  Register(kSysMisc) = kSysPllLocked;
  rcc &= ~(kSysRccMoscDis | kSysRccXtalMask | kSysRccOscSrcMask | kSysRccPllOff);
  rcc |= board_facts::kCrystalCode << kSysRccXtalShift;
  Register(kSysRcc) = rcc;
  uint32_t turns = kLockTurns;
  while ((Register(kSysRis) & kSysPllLocked) == 0) {
    if (--turns == 0) {
      Register(kSysRcc) = rcc | kSysRccPllOff | kSysRccOscSrcInternal;
      return kInternalHz;
    }
  }
  rcc &= ~kSysRccSysDivMask;
  rcc |= (board_facts::kSystemDivider - 1) << kSysRccSysDivShift | kSysRccUseSysDiv;
  Register(kSysRcc) = rcc;
  Register(kSysRcc) = rcc & ~kSysRccBypass;
  return board_facts::kClockHz;
}

void StartUart(uint32_t control) {
  Register(kSysRcgc1) = Register(kSysRcgc1) | kSysRcgc1Uart0;
  Register(kSysRcgc2) = Register(kSysRcgc2) | kSysRcgc2PortA;
  // 5.3: three clocks must pass between a module's clock and its first access
  asm volatile("nop\n\tnop\n\tnop");
  Register(kPortAAfsel) = Register(kPortAAfsel) | kPortAUartPins;
  Register(kPortADen) = Register(kPortADen) | kPortAUartPins;
  // 12.3.2: the divider has 16 + 6 bits for 16-fold oversampling: clock * 64 / (16 * baud)
  const uint32_t divider = (g_clock_hz * 4 + g_baud / 2) / g_baud;
  Register(kUartCtl) = 0;
  Register(kUartIbrd) = divider / 64;
  Register(kUartFbrd) = divider % 64;
  Register(kUartLcrh) = kUartLcrhEightBits | kUartLcrhFifos;  // after the divider: it latches it
  Register(kUartIfls) = kUartIflsRxEighth;
  Register(kUartCtl) = control;
}

constexpr uint32_t kListening = kUartCtlEnable | kUartCtlTx | kUartCtlRx;

// The FIFO may hold 16 bytes that are still to be sent.
void WaitForFifo() {
  const uint32_t turns = 200 * (g_clock_hz / board_facts::kUartBaud + 1);
  for (uint32_t turn = 0; turn < turns && (Register(kUartFr) & kUartFrBusy); ++turn) {
  }
}

}  // namespace

namespace board {

void Init() {
  g_clock_hz = StartClock();
  cortex_m::StartSysTick();
  StartUart(kListening);
  Register(kUartIm) = kUartIntRx | kUartIntRxTimeout;
  cortex_m::EnableInterrupt(board_facts::kUartRxIrq);
}

void UartWrite(const uint8_t* src, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    while (Register(kUartFr) & kUartFrTxFull) {
    }
    Register(kUartDr) = src[i];
  }
}

void UartSetBaud(uint32_t baud) {
  WaitForFifo();
  g_baud = baud;
  StartUart(kListening);
}

uint32_t Ticks() { return cortex_m::SysTickTicks(); }
uint32_t TickHz() { return g_clock_hz; }
uint32_t ClockHz() { return g_clock_hz; }

size_t UniqueId(uint8_t*) { return 0; }  // the chip has none

void FaultWrite(const uint8_t* src, size_t n) {
  StartUart(kUartCtlEnable | kUartCtlTx);  // Init() may not have been reached
  const uint32_t turns = 20 * (g_clock_hz / board_facts::kUartBaud + 1);  // two bytes and more
  for (size_t i = 0; i < n; ++i) {
    for (uint32_t turn = 0; turn < turns && (Register(kUartFr) & kUartFrTxFull); ++turn) {
    }
    Register(kUartDr) = src[i];
  }
}

void FaultEnd() {
  WaitForFifo();
  Reset();
}

}  // namespace board
