// Little-endian numbers in byte buffers, independent of alignment and of the host's byte order.

#ifndef WIRE_BYTES_H_
#define WIRE_BYTES_H_

#include <cstddef>
#include <cstdint>

namespace wire {

inline uint16_t ReadU16(const uint8_t* p) {
  return static_cast<uint16_t>(p[0] | (static_cast<uint16_t>(p[1]) << 8));
}

inline uint32_t ReadU32(const uint8_t* p) {
  return static_cast<uint32_t>(p[0]) | static_cast<uint32_t>(p[1]) << 8 |
         static_cast<uint32_t>(p[2]) << 16 | static_cast<uint32_t>(p[3]) << 24;
}

// Writes `value` to p[0..3] and returns p + 4.
inline uint8_t* WriteU32(uint8_t* p, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) *p++ = static_cast<uint8_t>(value >> shift);
  return p;
}

// Writes `size` bytes to p and returns p + size.
inline uint8_t* WriteBytes(uint8_t* p, const uint8_t* data, size_t size) {
  for (size_t i = 0; i < size; ++i) *p++ = data[i];
  return p;
}

}  // namespace wire

#endif  // WIRE_BYTES_H_
