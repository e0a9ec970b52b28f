// The line's baud rate: raised when the host asks, and back to the board's own by itself when
// nothing valid is heard at the higher one (docs/protocol.md, BAUD).

#ifndef MCUFORGE_SRC_RATE_H_
#define MCUFORGE_SRC_RATE_H_

#include <cstdint>

namespace rate {

// Whether Set may be called with it.
bool IsAllowed(uint32_t baud);

// Goes to that rate once all that was written has left.
void Set(uint32_t baud);

// A valid frame came.
void Heard();

// To be called whenever bytes came, before they are looked at, and before sleeping. Goes back to
// the board's own rate when it is time. False if the caller may sleep until bytes come.
bool Watch(bool bytes_came);

}  // namespace rate

#endif  // MCUFORGE_SRC_RATE_H_
