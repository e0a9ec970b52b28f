// One producer (an interrupt handler), one consumer (the main program): bytes in a ring, no locks.

#ifndef MCUFORGE_BOARDS_CORTEX_M_RING_BUFFER_H_
#define MCUFORGE_BOARDS_CORTEX_M_RING_BUFFER_H_

#include <cstddef>
#include <cstdint>

namespace cortex_m {

// Holds up to `kSize` bytes, a power of two. Positions count up freely and wrap at 2^32; each is
// written by one side only, in one store, so a reader sees the old value or the new.
template <uint32_t kSize>
class RingBuffer {
  static_assert(kSize != 0 && (kSize & (kSize - 1)) == 0, "kSize is a power of two");

 public:
  bool Empty() const { return written_ == read_; }
  bool Full() const { return written_ - read_ == kSize; }

  // Producer. False if the ring is full; the byte is then not stored.
  bool Push(uint8_t byte) {
    const uint32_t written = written_;
    if (written - read_ == kSize) return false;
    bytes_[written % kSize] = byte;
    asm volatile("" ::: "memory");  // the byte before the position that makes it visible
    written_ = written + 1;
    return true;
  }

  // Consumer. Moves at most `max` bytes to `dst`; returns how many.
  size_t Pop(uint8_t* dst, size_t max) {
    const uint32_t read = read_;
    const uint32_t waiting = written_ - read;
    asm volatile("" ::: "memory");  // the position before the bytes it makes visible
    const uint32_t count = waiting < max ? waiting : static_cast<uint32_t>(max);
    for (uint32_t i = 0; i < count; ++i) dst[i] = bytes_[(read + i) % kSize];
    asm volatile("" ::: "memory");  // the bytes are out before their places are free
    read_ = read + count;
    return count;
  }

 private:
  uint8_t bytes_[kSize];
  volatile uint32_t written_ = 0;
  volatile uint32_t read_ = 0;
};

}  // namespace cortex_m

#endif  // MCUFORGE_BOARDS_CORTEX_M_RING_BUFFER_H_
