#include "tensorflow/lite/micro/bytes.h"

// Else the compiler sees what the loops are, and calls memcpy and memset.
#pragma GCC optimize("no-tree-loop-distribute-patterns")

namespace tflm {
void CopyBytes(void* to, const void* from, uint32_t bytes) {
  const uintptr_t addresses = reinterpret_cast<uintptr_t>(to) | reinterpret_cast<uintptr_t>(from);
  const uint32_t by_words = (addresses & 3) == 0 ? bytes & ~UINT32_C(3) : 0;
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
  uint8_t* const out = static_cast<uint8_t*>(to);
  for (uint32_t i = 0; i < bytes; ++i) {
    out[i] = value;
  }
}

}  // namespace tflm
