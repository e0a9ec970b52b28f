#include "tensorflow/lite/micro/bytes.h"

// Else the compiler sees what the loops are, and calls memcpy and memset.
#pragma GCC optimize("no-tree-loop-distribute-patterns")

namespace tflm {
namespace {

// How many of the bytes go by words.
uint32_t WordBytes(uintptr_t addresses, uint32_t bytes) {
  return (addresses & 3) == 0 ? bytes & ~UINT32_C(3) : 0;
}

}  // namespace

void CopyBytes(void* to, const void* from, uint32_t bytes) {
  const uint32_t by_words =
      WordBytes(reinterpret_cast<uintptr_t>(to) | reinterpret_cast<uintptr_t>(from), bytes);
  uint8_t* const out = static_cast<uint8_t*>(to);
  const uint8_t* const in = static_cast<const uint8_t*>(from);
  uint32_t i = 0;
  for (; i < by_words; i += 4) {
    *reinterpret_cast<uint32_t*>(out + i) = *reinterpret_cast<const uint32_t*>(in + i);
  }
  for (; i < bytes; ++i) {
    out[i] = in[i];
  }
}

void FillBytes(void* to, uint8_t value, uint32_t bytes) {
  const uint32_t by_words = WordBytes(reinterpret_cast<uintptr_t>(to), bytes);
  uint8_t* const out = static_cast<uint8_t*>(to);
  uint32_t i = 0;
  for (; i < by_words; i += 4) {
    *reinterpret_cast<uint32_t*>(out + i) = value * UINT32_C(0x01010101);
  }
  for (; i < bytes; ++i) {
    out[i] = value;
  }
}

}  // namespace tflm
