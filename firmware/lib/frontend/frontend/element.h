// Numbers out of a stream of bytes that may be cut anywhere.

#ifndef MCUFORGE_FRONTEND_ELEMENT_H_
#define MCUFORGE_FRONTEND_ELEMENT_H_

#include <cstdint>

namespace frontend {

// Collects one little-endian number after the other.
struct Element {
  uint32_t value;  // whole after Take gave true
  uint8_t count;   // of the bytes that came

  void Clear() { *this = {0, 0}; }

  // Takes a byte; true if it ends a number of `bytes` bytes, 1 to 4.
  bool Take(uint8_t byte, unsigned bytes) {
    if (count == 0) value = 0;
    value |= static_cast<uint32_t>(byte) << (8 * count);
    count = static_cast<uint8_t>(count + 1u < bytes ? count + 1 : 0);
    return count == 0;
  }
};

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_ELEMENT_H_
