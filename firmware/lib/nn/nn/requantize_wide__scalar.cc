#include "nn/requantize_s8.h"

namespace nn {

void RequantizeWide(const RequantizeWideParams& p, const void* input, void* output) {
  // The range of `out_bytes`; also right for 4 bytes.
  const int32_t max = INT32_MAX >> (32 - 8 * p.out_bytes);
  for (uint32_t i = 0; i < p.count; ++i) {
    uint32_t x;
    if (p.in_bytes == 1) {
      x = static_cast<uint32_t>(static_cast<const int8_t*>(input)[i]);
    } else if (p.in_bytes == 2) {
      x = static_cast<uint32_t>(static_cast<const int16_t*>(input)[i]);
    } else {
      x = static_cast<const uint32_t*>(input)[i];
    }
    // Unsigned, so that int32 values far from their zero point wrap as upstream's do.
    x -= static_cast<uint32_t>(p.in_zero_point);
    const uint32_t moved = static_cast<uint32_t>(ApplyRequant(static_cast<int32_t>(x), p.requant)) +
                           static_cast<uint32_t>(p.out_zero_point);
    const int32_t y = Clamp(static_cast<int32_t>(moved), -max - 1, max);
    if (p.out_bytes == 1) {
      static_cast<int8_t*>(output)[i] = static_cast<int8_t>(y);
    } else if (p.out_bytes == 2) {
      static_cast<int16_t*>(output)[i] = static_cast<int16_t>(y);
    } else {
      static_cast<int32_t*>(output)[i] = y;
    }
  }
}

}  // namespace nn
