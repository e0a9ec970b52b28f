// STM32F1: clocks and pins. Sections are RM0041's (F100).

#include "chip.h"

#include <cstddef>
#include <cstdint>

#include "board_facts.h"
#include "registers.h"
#include "unique_id.h"

namespace stm32 {
namespace {

using cortex_m::Register;

constexpr uint32_t kHsiHz = 8'000'000;  // 6.2.2

// Reset and clock control, 6.3
constexpr uint32_t kRccCr = 0x40021000;
constexpr uint32_t kRccCrHsiOn = 1u << 0;
constexpr uint32_t kRccCrHsiRdy = 1u << 1;
constexpr uint32_t kRccCrHseOn = 1u << 16;
constexpr uint32_t kRccCrHseRdy = 1u << 17;
constexpr uint32_t kRccCfgr = 0x40021004;
constexpr uint32_t kRccCfgrSwBits = 2;
constexpr uint32_t kRccCfgrSwHsi = 0;
constexpr uint32_t kRccCfgrSwPll = 2;
constexpr uint32_t kRccCfgrPllSrcHse = 1u << 16;
constexpr uint32_t kRccCfgrPllMulShift = 18;  // holds the factor less 2
constexpr uint32_t kRccApb2Enr = 0x40021018;
constexpr uint32_t kRccApb2EnrPortABit = 2;  // port B is the next bit, and so on
constexpr uint32_t kRccApb1Enr = 0x4002101C;

// Device electronic signature, 26.2: 96 bits
constexpr uint32_t kUniqueId = 0x1FFFF7E8;

// General-purpose I/Os, 7.2: eight pins a register, four bits a pin
constexpr uint32_t kGpioA = 0x40010800;
constexpr uint32_t kGpioStride = 0x400;
constexpr uint32_t kPinMask = 0xF;
constexpr uint32_t kGpioOdr = 0x0C;
constexpr uint32_t kPinPulledInput = 0x8;  // up or down, as the pin's bit in ODR says
constexpr uint32_t kPinAlternatePushPull50MHz = 0xB;

static_assert(board_facts::kHseHz * board_facts::kPllMul == board_facts::kClockHz,
              "chip.hse_hz times chip.pll_mul has to be clock_hz");
static_assert(board_facts::kPllMul >= 2 && board_facts::kPllMul <= 16);
// Faster than this the flash needs wait states, and APB1 a divider (RM0008 3.3.3): not done here.
static_assert(board_facts::kClockHz <= 24'000'000, "this port is for up to 24 MHz");

void SetPin(uint32_t pin, uint32_t mode) {
  const uint32_t port = pin / 16;
  EnableClock(kRccApb2Enr, kRccApb2EnrPortABit + port);
  const uint32_t gpio = kGpioA + kGpioStride * port;
  Register(gpio + kGpioOdr) = Register(gpio + kGpioOdr) | 1u << pin % 16;  // an idle line is high
  const uint32_t configuration = gpio + 4 * (pin % 16 / 8);
  const uint32_t shift = 4 * (pin % 8);
  Register(configuration) = (Register(configuration) & ~(kPinMask << shift)) | mode << shift;
}

bool SelectPll() {
  // Back to the state after a reset: a boot loader may have left the PLL on.
  Register(kRccCr) = Register(kRccCr) | kRccCrHsiOn;
  if (!SelectClock(kRccCfgr, kRccCfgrSwBits, kRccCfgrSwHsi) || !StopPll(kRccCr)) return false;
  Register(kRccCr) = Register(kRccCr) | kRccCrHseOn;
  if (!WaitFor(kRccCr, kRccCrHseRdy, kRccCrHseRdy, kStartTurns)) return false;
  Register(kRccCfgr) = kRccCfgrPllSrcHse | (board_facts::kPllMul - 2) << kRccCfgrPllMulShift;
  return StartPll(kRccCr) && SelectClock(kRccCfgr, kRccCfgrSwBits, kRccCfgrSwPll);
}

}  // namespace

Clocks g_clocks = {kHsiHz, kHsiHz};

void StartClocks() {
  if (SelectPll()) {
    g_clocks = {board_facts::kClockHz, board_facts::kClockHz};
    return;
  }
  SelectClock(kRccCfgr, kRccCfgrSwBits, kRccCfgrSwHsi);
  StopPll(kRccCr);
  Register(kRccCr) = Register(kRccCr) & ~kRccCrHseOn;
}

size_t ReadUniqueId(uint8_t* dst) { return ReadUniqueIdAt<kUniqueId>(kRccCr, kRccCrHsiRdy, dst); }

void ConnectUsart() {
  EnableClock(board_facts::kUartBus == 1 ? kRccApb1Enr : kRccApb2Enr,
              board_facts::kUartClockEnableBit);
  SetPin(board_facts::kUartTxPin, kPinAlternatePushPull50MHz);
  SetPin(board_facts::kUartRxPin, kPinPulledInput);
}

}  // namespace stm32
