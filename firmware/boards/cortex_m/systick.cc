// SysTick is a 24-bit down counter; its interrupt counts the rounds, and both together are a 32-bit
// up counter that is exact at every read.

#include "systick.h"

#include <cstdint>

#include "registers.h"
#include "vectors.h"

namespace {

constexpr uint32_t kCounterBits = 24;
constexpr uint32_t kCounterMask = (1u << kCounterBits) - 1;

volatile uint32_t g_rounds = 0;

}  // namespace

extern "C" void mcuforge_systick() { g_rounds = g_rounds + 1; }

namespace cortex_m {

void StartSysTick() {
  Register(kSystCsr) = 0;
  g_rounds = 0;
  Register(kSystRvr) = kCounterMask;
  Register(kSystCvr) = 0;  // any write clears it, without an interrupt (B3.3.5)
  Register(kSystCsr) = kSystCsrEnable | kSystCsrTickInt | kSystCsrClkSourceProcessor;
}

uint32_t SysTickTicks() {
  InterruptLock lock;
  uint32_t down = Register(kSystCvr);
  uint32_t rounds = g_rounds;
  if (Register(kIcsr) & kIcsrPendStSet) {
    // A round ended and its interrupt has not run yet; `down` may be from before it or after it,
    // so it is read again: now it is certainly from after it.
    down = Register(kSystCvr);
    ++rounds;
  }
  // The interrupt is pended when the counter reaches 0, not when it reloads (B3.3.1): 0 is the
  // first value of a round, and -down counts 0, 1, 2, ... from there.
  return (rounds << kCounterBits) + ((0u - down) & kCounterMask);
}

}  // namespace cortex_m
