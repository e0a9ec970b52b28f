#include "wire/crc32.h"

namespace wire {
namespace {

// Remainders of the 16 nibbles. Two look-ups a byte cost about 10 instructions against some 40 of
// the bitwise loop, which a frame of 800 bytes would feel; the byte table costs 1 KB of flash for
// at most twice the speed. 64 bytes are the right price on a chip of 32 KB.
constexpr uint32_t NibbleRemainder(uint32_t nibble) {
  uint32_t crc = nibble;
  for (int bit = 0; bit < 4; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xEDB88320u : 0u);
  return crc;
}

constexpr uint32_t kNibbles[] = {
    NibbleRemainder(0),  NibbleRemainder(1),  NibbleRemainder(2),  NibbleRemainder(3),
    NibbleRemainder(4),  NibbleRemainder(5),  NibbleRemainder(6),  NibbleRemainder(7),
    NibbleRemainder(8),  NibbleRemainder(9),  NibbleRemainder(10), NibbleRemainder(11),
    NibbleRemainder(12), NibbleRemainder(13), NibbleRemainder(14), NibbleRemainder(15)};

}  // namespace

uint32_t Crc32(const uint8_t* data, size_t size, uint32_t crc) {
  crc = ~crc;
  for (size_t i = 0; i < size; ++i) {
    crc ^= data[i];
    crc = (crc >> 4) ^ kNibbles[crc & 15u];
    crc = (crc >> 4) ^ kNibbles[crc & 15u];
  }
  return ~crc;
}

}  // namespace wire
