#include "nn/arg_max_s8.h"

namespace nn {

void ArgMaxS8(const ArgMaxParams& p, const int8_t* input, int32_t* output) {
  for (uint32_t outer = 0; outer < p.outer; ++outer, input += p.extent * p.inner) {
    for (uint32_t inner = 0; inner < p.inner; ++inner) {
      const int8_t* x = input + inner;
      int32_t max = INT8_MIN;
      uint32_t best = 0;
      for (uint32_t i = 0; i < p.extent; ++i, x += p.inner) {
        const int32_t value = *x ^ p.flipped;
        if (value > max) {
          max = value;
          best = i;
        }
      }
      *output++ = static_cast<int32_t>(best);
    }
  }
}

}  // namespace nn
