// Small rather than fast: it runs once a channel, not once a product.
#pragma GCC optimize("Os")

#include "nn/fixed_point.h"

#include "nn/requantize.h"

namespace nn {
namespace {

constexpr int32_t kMax = INT32_MAX;

// exp(x) for x in [-1/4, 0) in Q0.31: a Taylor polynomial of degree 4 round -1/8.
int32_t ExpOnQuarter(int32_t x) {
  constexpr int32_t kExpMinusEighth = 1895147668;  // exp(-1/8) in Q0.31
  constexpr int32_t kOneThird = 715827883;         // 1/3 in Q0.31
  const int32_t y = x + (1 << 28);
  const int32_t y2 = MulHigh(y, y);
  const int32_t y3 = MulHigh(y2, y);
  const int32_t y4_over_4 = RoundingShiftRight(MulHigh(y2, y2), 2);
  const int32_t higher_terms = RoundingShiftRight(MulHigh(y4_over_4 + y3, kOneThird) + y2, 1);
  return kExpMinusEighth + MulHigh(kExpMinusEighth, y + higher_terms);
}

}  // namespace

int32_t SaturatingShiftLeft(int32_t x, int32_t bits) {
  const int32_t limit = kMax >> bits;
  if (x > limit) {
    return kMax;
  }
  if (x < -limit - 1) {
    return INT32_MIN;
  }
  return static_cast<int32_t>(static_cast<uint32_t>(x) << bits);
}

int32_t ExpOfNegative(int32_t x, int32_t integer_bits) {
  if (x == 0) {
    return kMax;
  }
  const int32_t quarter = 1 << (29 - integer_bits);
  // x = (a rest in [-1/4, 0)) - (a multiple of 1/4), whose bits pick factors exp(-2^i), i = -2 ...
  // 4, in Q0.31.
  const int32_t rest = (x & (quarter - 1)) - quarter;
  const int32_t multiple = rest - x;
  int32_t result = ExpOnQuarter(rest * (1 << integer_bits));
  static constexpr int32_t kFactors[] = {1672461947, 1302514674, 790015084, 290630308,
                                         39332535,   720401,     242};
  for (int32_t i = 0; i < integer_bits + 2; ++i) {
    if (multiple & (quarter << i)) {
      result = MulHigh(result, kFactors[i]);
    }
  }
  return result;
}

int32_t TwoOverOnePlusX(int32_t x) {
  // Newton-Raphson for the reciprocal of d = (1 + x) / 2 in [1/2, 1], from 48/17 - 32/17 d; y in
  // Q2.29.
  constexpr int32_t k48Over17 = 1515870810;
  constexpr int32_t kMinus32Over17 = -1010580540;
  const int32_t d = static_cast<int32_t>((static_cast<int64_t>(x) + kMax + 1) / 2);
  int32_t y = k48Over17 + MulHigh(d, kMinus32Over17);
  for (int32_t i = 0; i < 3; ++i) {
    const int32_t error = (1 << 29) - MulHigh(d, y);
    y += SaturatingShiftLeft(MulHigh(y, error), 2);
  }
  return y;
}

}  // namespace nn
