// Small rather than fast: it runs once a model.
#pragma GCC optimize("Os")

#include "nn/elu_s8.h"
#include "nn/requantize.h"

namespace nn {
namespace {

// exp(x) for x <= 0. x is k * ln 2 + r with |r| below 0.35, where twelve terms of the series leave
// less than 1e-15.
float ExpOfNegative(float x) {
  constexpr float kNothing = -88.0f;  // e^x is less than any float32 scale can show
  if (x < kNothing) {
    return 0.0f;
  }
  constexpr double kLog2E = 1.4426950408889634;
  constexpr double kLn2 = 0.6931471805599453;
  const int32_t k = static_cast<int32_t>(x * kLog2E - 0.5);  // towards zero: x is not positive
  const double r = x - k * kLn2;
  double sum = 1;
  for (int32_t i = 12; i > 0; --i) {
    sum = 1 + sum * r / i;
  }
  for (int32_t i = 0; i > k; --i) {
    sum *= 0.5;
  }
  return static_cast<float>(sum);
}

// Halves away from zero. |x| is below 2^24.
int32_t RoundToNearest(float x) {
  const int32_t whole = static_cast<int32_t>(x);
  const float rest = x - static_cast<float>(whole);
  return whole + (rest >= 0.5f ? 1 : 0) - (rest <= -0.5f ? 1 : 0);
}

}  // namespace

void MakeEluTable(EluEnd in, EluEnd out, int8_t table[kTableSize]) {
  const float inverse = 1.0f / out.scale;
  for (int32_t i = INT8_MIN; i <= INT8_MAX; ++i) {
    const float x = in.scale * static_cast<float>(i - in.zero_point);
    const float y = (x < 0.0f ? ExpOfNegative(x) - 1.0f : x) * inverse;
    constexpr float kBeyond = 1024.0f;  // of int8, whatever the zero point
    const float inside = y > kBeyond ? kBeyond : (y < -kBeyond ? -kBeyond : y);
    const int32_t rounded = RoundToNearest(inside) + out.zero_point;
    table[static_cast<uint8_t>(i)] = static_cast<int8_t>(Clamp(rounded, INT8_MIN, INT8_MAX));
  }
}

}  // namespace nn
