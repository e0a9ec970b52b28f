// The device's end of the line: sends frames on behalf of the request being served.

#ifndef MCUFORGE_SRC_LINE_H_
#define MCUFORGE_SRC_LINE_H_

#include <cstddef>
#include <cstdint>

#include "board.h"
#include "wire/frame.h"

namespace line {

// Sequence number of the request being served, 0 if none. LOG and FAULT frames carry it.
inline uint16_t g_seq = 0;

// Sends the reply to `command` with the concatenation of `payload`.
template <size_t N>
void Reply(wire::Command command, const wire::Span (&payload)[N]) {
  const uint8_t type = static_cast<uint8_t>(static_cast<uint8_t>(command) | wire::kREPLY_BIT);
  wire::SendFrame(board::UartWrite, type, g_seq, payload);
}

// Sends an event with the concatenation of `payload`.
template <size_t N>
void Send(wire::Event event, const wire::Span (&payload)[N]) {
  wire::SendFrame(board::UartWrite, static_cast<uint8_t>(event), g_seq, payload);
}

}  // namespace line

#endif  // MCUFORGE_SRC_LINE_H_
