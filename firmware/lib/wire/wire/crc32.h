// CRC-32 as zlib, Ethernet and PNG compute it (reflected polynomial 0xEDB88320).

#ifndef WIRE_CRC32_H_
#define WIRE_CRC32_H_

#include <cstddef>
#include <cstdint>

namespace wire {

// Returns the CRC-32 of `size` bytes, continuing from `crc` (the CRC of the bytes before; 0 at the
// start), so that Crc32(b, nb, Crc32(a, na)) is the CRC of a followed by b.
uint32_t Crc32(const uint8_t* data, size_t size, uint32_t crc = 0);

}  // namespace wire

#endif  // WIRE_CRC32_H_
