// TI (Luminary Micro) Stellaris LM3S, Fury class: clock and pins; UART0 (a PL011) is on PA0 and
// PA1. Sections are those of the LM3S6965 data sheet (DS-LM3S6965).

#include "chip.h"

#include <cstddef>
#include <cstdint>

#include "board.h"
#include "board_facts.h"
#include "registers.h"

namespace {

using cortex_m::Register;

// System control, 5.5
constexpr uint32_t kSysDid0 = 0x400FE000;
constexpr uint32_t kSysDid0Revision = 0xFFFF;
constexpr uint32_t kSysDid0RevisionA2 = 2;
constexpr uint32_t kSysLdoPCtl = 0x400FE034;
constexpr uint32_t kSysLdoPCtl2V75 = 0x1B;
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

// The PLL takes 0.5 ms (22.1.1); a turn takes at least four clocks of 12 MHz: 10 ms.
constexpr uint32_t kLockTurns = kInternalHz / 4 / 100;

// 5.3: initialization and configuration. Returns the clock that is in use then: without a lock, the
// internal oscillator.
uint32_t StartPll() {
  // In revision A2 the PLL is not reliable at the core's 2.5 V of after a reset (StellarisWare).
  if ((Register(kSysDid0) & kSysDid0Revision) == kSysDid0RevisionA2) {
    Register(kSysLdoPCtl) = kSysLdoPCtl2V75;
  }
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

}  // namespace

namespace pl011 {

uint32_t g_clock_hz = kInternalHz;

void StartClock() { g_clock_hz = StartPll(); }

void ConnectUart() {
  Register(kSysRcgc1) = Register(kSysRcgc1) | kSysRcgc1Uart0;
  Register(kSysRcgc2) = Register(kSysRcgc2) | kSysRcgc2PortA;
  // 5.3: three clocks must pass between a module's clock and its first access
  asm volatile("nop\n\tnop\n\tnop");
  Register(kPortAAfsel) = Register(kPortAAfsel) | kPortAUartPins;
  Register(kPortADen) = Register(kPortADen) | kPortAUartPins;
}

}  // namespace pl011

size_t board::UniqueId(uint8_t*) { return 0; }  // the chip has none
