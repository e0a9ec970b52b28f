// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "nn/float_sums.h"

namespace nn {

void FloatCumsum(const FloatCumsumParams& p, const uint32_t* input, uint32_t* output) {
  const uint32_t slab = p.extent * p.inner;
  for (uint32_t line = 0; line < p.outer * p.inner; ++line) {
    uint32_t at = line / p.inner * slab + line % p.inner;
    at += p.reverse ? slab - p.inner : 0;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < p.extent; ++i) {
      const uint32_t with = AddFloats(sum, input[at]);
      output[at] = p.exclusive ? sum : with;
      sum = with;
      at += p.reverse ? -p.inner : p.inner;
    }
  }
}

void FloatAddToSums(bool first, uint32_t count, const uint32_t* input, uint32_t* sums) {
  for (uint32_t i = 0; i < count; ++i) {
    sums[i] = AddFloats(first ? 0 : sums[i], input[i]);
  }
}

void FloatL2Normalize(uint32_t rows, uint32_t depth, const uint32_t* input, uint32_t* output) {
  constexpr uint32_t kLeastLength = UINT32_C(0x358637bd);  // 1e-6
  for (uint32_t row = 0; row < rows; ++row, input += depth, output += depth) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < depth; ++i) {
      sum = AddFloats(sum, MultiplyFloats(input[i], input[i]));
    }
    const uint32_t root = RootOfFloat(sum);
    const uint32_t length = IsAboveFloat(kLeastLength, root) ? kLeastLength : root;
    for (uint32_t i = 0; i < depth; ++i) {
      output[i] = DivideFloats(input[i], length);
    }
  }
}

}  // namespace nn
