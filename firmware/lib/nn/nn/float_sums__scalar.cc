// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "nn/float_sums.h"

namespace nn {

void FloatCumsum(const CumsumShape& shape, const uint32_t* input, uint32_t* output) {
  CumsumAlong(shape, 0, input, output, AddFloats, [](uint32_t sum) { return sum; });
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
