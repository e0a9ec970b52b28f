// The receiving half of a UART, the same for every family: an interrupt puts bytes into a ring, the
// main program takes them out. receive.cc implements board::UartRead(), UartOverruns() and Idle().

#ifndef MCUFORGE_BOARDS_CORTEX_M_RECEIVE_H_
#define MCUFORGE_BOARDS_CORTEX_M_RECEIVE_H_

#include <cstdint>

#include "board_facts.h"
#include "ring_buffer.h"

namespace cortex_m {

inline RingBuffer<board_facts::kUartRxRingBytes> g_received;
inline volatile uint32_t g_overruns = 0;

// For the UART's interrupt handler: the UART lost a byte.
inline void CountOverrun() { g_overruns = g_overruns + 1; }

// For the UART's interrupt handler: no more interrupts until UartRead() has made room.
void PauseReceiving();

// For the UART's interrupt handler: takes bytes with `take` while `ready` says that there are some.
// What does not fit into the ring stays in the UART, whose own buffer is a little more room (and an
// emulated one then holds the sender back).
template <typename Ready, typename Take>
void Receive(Ready ready, Take take) {
  while (ready()) {
    if (g_received.Full()) return PauseReceiving();
    g_received.Push(take());
  }
}

}  // namespace cortex_m

#endif  // MCUFORGE_BOARDS_CORTEX_M_RECEIVE_H_
