#include "receive.h"

#include <cstddef>
#include <cstdint>

#include "board.h"
#include "board_facts.h"
#include "registers.h"

namespace {

volatile bool g_paused = false;

}  // namespace

namespace cortex_m {

void PauseReceiving() {
  DisableInterrupt(board_facts::kUartRxIrq);
  g_paused = true;
}

}  // namespace cortex_m

namespace board {

size_t UartRead(uint8_t* dst, size_t max) {
  const size_t count = cortex_m::g_received.Pop(dst, max);
  if (g_paused && count > 0) {
    g_paused = false;
    // Pended by hand: a UART may signal only the arrival of a byte, and that one has arrived.
    cortex_m::PendInterrupt(board_facts::kUartRxIrq);
    cortex_m::EnableInterrupt(board_facts::kUartRxIrq);
  }
  return count;
}

uint32_t UartOverruns() { return cortex_m::g_overruns; }

void Idle() {
  // With interrupts off, WFI still wakes when one is pending (B1.5.19), so a byte that comes
  // between the test and the sleep is not slept through.
  cortex_m::InterruptLock lock;
  if (cortex_m::g_received.Empty()) asm volatile("dsb\n\twfi" ::: "memory");
}

}  // namespace board
