// Small rather than fast: it runs once a channel, not once a product.
#pragma GCC optimize("Os")

#include "nn/fixed_point.h"
#include "nn/softmax_s8.h"

namespace nn {
namespace {

constexpr int32_t kSumIntegerBits = 12;  // the sum of exponentials is kept in Q12.19

int32_t ScaledExp(const SoftmaxParams& p, int32_t difference) {
  const uint32_t shifted = static_cast<uint32_t>(difference) << p.input.shift;
  return ExpOfNegativeQ5(MulHigh(static_cast<int32_t>(shifted), p.input.multiplier));
}

}  // namespace

void SoftmaxS8(const SoftmaxParams& p, const int8_t* input, void* output) {
  const int32_t low = -(1 << (p.out_bits - 1));
  uint32_t out = 0;
  for (uint32_t row = 0; row < p.rows; ++row, input += p.depth) {
    int32_t max = INT8_MIN;
    for (uint32_t i = 0; i < p.depth; ++i) {
      max = input[i] > max ? input[i] : max;
    }
    int32_t sum = 0;
    for (uint32_t i = 0; i < p.depth; ++i) {
      const int32_t difference = input[i] - max;
      if (difference >= p.diff_min) {
        sum += RoundingShiftRight(ScaledExp(p, difference), kSumIntegerBits);
      }
    }
    // 1 / sum: normalise the sum to [1, 2) and take the reciprocal there.
    const int32_t headroom = __builtin_clz(static_cast<uint32_t>(sum));
    const int32_t fraction =
        static_cast<int32_t>((static_cast<uint32_t>(sum) << headroom) - (UINT32_C(1) << 31));
    const int32_t reciprocal = OneOverOnePlusX(fraction);
    const int32_t exponent = kSumIntegerBits - headroom + 31 - static_cast<int32_t>(p.out_bits);
    for (uint32_t i = 0; i < p.depth; ++i, ++out) {
      const int32_t difference = input[i] - max;
      int32_t result = low;
      // Beyond a shift of 31 every probability is below half a step.
      if (difference >= p.diff_min && exponent <= 31) {
        const int32_t product = MulHigh(reciprocal, ScaledExp(p, difference));
        result = Clamp(RoundingShiftRight(product, exponent) + low, low, ~low);
      }
      if (p.out_bits == 8) {
        static_cast<int8_t*>(output)[out] = static_cast<int8_t>(result);
      } else {
        static_cast<int16_t*>(output)[out] = static_cast<int16_t>(result);
      }
    }
  }
}

}  // namespace nn
