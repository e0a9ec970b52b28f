#include "nn/inverse_sqrt.h"
#include "nn/l2_normalize_s8.h"

namespace nn {

void L2NormalizeS8(const L2NormalizeParams& p, const int8_t* input, int8_t* output) {
  constexpr int32_t kOutputBits = 7;  // an output step is 2^-7
  for (uint32_t row = 0; row < p.rows; ++row, input += p.depth, output += p.depth) {
    uint32_t squares = 0;
    for (uint32_t i = 0; i < p.depth; ++i) {
      const int32_t x = input[i] - p.in_zero_point;
      squares += static_cast<uint32_t>(x * x);
    }
    Requant factor = InverseSqrt(squares);
    factor.shift += kOutputBits;
    for (uint32_t i = 0; i < p.depth; ++i) {
      output[i] = RequantizeTo8(input[i] - p.in_zero_point, factor, 0, INT8_MIN, INT8_MAX);
    }
  }
}

}  // namespace nn
