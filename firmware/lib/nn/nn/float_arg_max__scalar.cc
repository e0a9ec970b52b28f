// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arg_max.h"
#include "nn/float_bits.h"

namespace nn {

void FloatArgMax(const ArgMaxParams& p, const uint32_t* input, int32_t* output) {
  const uint32_t flipped = p.flipped != 0 ? kFloatSign : 0;
  for (uint32_t outer = 0; outer < p.outer; ++outer, input += p.extent * p.inner) {
    for (uint32_t inner = 0; inner < p.inner; ++inner) {
      const uint32_t* x = input + inner;
      uint32_t most = *x ^ flipped;
      uint32_t best = 0;
      for (uint32_t i = 1; i < p.extent; ++i) {
        x += p.inner;
        if (IsAboveFloat(*x ^ flipped, most)) {
          most = *x ^ flipped;
          best = i;
        }
      }
      *output++ = static_cast<int32_t>(best);
    }
  }
}

}  // namespace nn
