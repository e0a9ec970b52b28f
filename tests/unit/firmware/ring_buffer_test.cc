// Runs the ring buffer against the simplest model of one, far past the wrap of its positions' low
// bits. Exits with the number of the first check that fails.

#include "ring_buffer.h"

#include <cstdint>
#include <deque>

int main() {
  cortex_m::RingBuffer<16> ring;
  std::deque<uint8_t> model;
  uint32_t random = 1;
  uint8_t next = 0;
  for (int step = 0; step < 100000; ++step) {
    random = random * 1664525u + 1013904223u;
    if (ring.Empty() != model.empty()) return 1;
    if (random >> 31) {
      const bool stored = ring.Push(next);
      if (stored != (model.size() < 16)) return 2;
      if (stored) model.push_back(next);
      ++next;
    } else {
      uint8_t bytes[8] = {};
      const size_t max = (random >> 24) % 8;
      const size_t count = ring.Pop(bytes, max);
      if (count != (model.size() < max ? model.size() : max)) return 3;
      for (size_t i = 0; i < count; ++i) {
        if (bytes[i] != model.front()) return 4;
        model.pop_front();
      }
    }
  }
  return 0;
}
