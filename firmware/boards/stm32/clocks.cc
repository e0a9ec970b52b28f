// Steps of a start of the clocks that every family takes.

#include <cstdint>

#include "chip.h"
#include "registers.h"

namespace stm32 {
namespace {

using cortex_m::Register;

// RM0041 6.3.1, RM0090 7.3.1; and in RCC_CR of RM0432, RM0456 and RM0444
constexpr uint32_t kPllOn = 1u << 24;
constexpr uint32_t kPllReady = 1u << 25;

}  // namespace

bool WaitFor(uint32_t address, uint32_t mask, uint32_t value, uint32_t turns) {
  for (; turns > 0; --turns) {
    if ((Register(address) & mask) == value) return true;
  }
  return false;
}

void EnableClock(uint32_t address, uint32_t bit) {
  Register(address) = Register(address) | 1u << bit;
  cortex_m::ReadAndForget(address);  // two clocks before the first access (RM0090 7.2, errata 2.1)
}

bool SelectClock(uint32_t cfgr, uint32_t bits, uint32_t source) {
  const uint32_t mask = (1u << bits) - 1;
  Register(cfgr) = (Register(cfgr) & ~mask) | source;
  return WaitFor(cfgr, mask << bits, source << bits, kStartTurns);
}

bool StopPll(uint32_t cr) {
  Register(cr) = Register(cr) & ~kPllOn;
  return WaitFor(cr, kPllReady, 0, kStartTurns);
}

bool StartPll(uint32_t cr) {
  Register(cr) = Register(cr) | kPllOn;
  return WaitFor(cr, kPllReady, kPllReady, kStartTurns);
}

}  // namespace stm32
