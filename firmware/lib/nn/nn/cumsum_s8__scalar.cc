#include "nn/cumsum_s8.h"

namespace nn {

void CumsumS8(const CumsumParams& p, const int8_t* input, int8_t* output) {
  const uint32_t slab = p.extent * p.inner;
  for (uint32_t line = 0; line < p.outer * p.inner; ++line) {
    uint32_t at = line / p.inner * slab + line % p.inner;
    at += p.reverse ? slab - p.inner : 0;
    // As upstream's, it starts from what an int8 of 0 stands for, and wraps.
    uint32_t sum = static_cast<uint32_t>(-p.in_zero_point) << (kSumLeftShift - 1);
    for (uint32_t i = 0; i < p.extent; ++i) {
      const uint32_t value = static_cast<uint32_t>(input[at] - p.in_zero_point)
                             << (kSumLeftShift - 1);
      const uint32_t with = sum + value;
      output[at] = RequantizeTo8(static_cast<int32_t>(p.exclusive ? sum : with), p.requant,
                                 p.out_zero_point, INT8_MIN, INT8_MAX);
      sum = with;
      at += p.reverse ? -p.inner : p.inner;
    }
  }
}

}  // namespace nn
