// Small rather than fast: it runs once a channel, not once a product.
#pragma GCC optimize("Os")

#include "nn/fixed_point.h"
#include "nn/log_softmax_s8.h"

namespace nn {
namespace {

constexpr int32_t kSumIntegerBits = 12;  // the sum of exponentials is kept in Q12.19
constexpr int32_t kInputIntegerBits = 5;
constexpr int32_t kOutputIntegerBits = 4;  // scale 1/16

// log(x) as Q5.26: x in Q12.19, at least 1. TFLM's approximation, after which every step is
// rounded: x is 2^n * r with r near sqrt(sqrt(1/2)), picked from two candidates half an octave
// apart, and log(r) a rational function of its distance from there.
int32_t LogOfSum(int32_t x) {
  constexpr int32_t kLog2 = 1488522236;                            // log(2), all in Q0.31
  constexpr int32_t kCentre = 1805811301;                          // 2^(-1/4)
  constexpr int32_t kSqrtHalf = 1518500250;                        // 2^(-1/2)
  constexpr int32_t kNumerator = 117049297;                        // 11/240 * 2^(1/4)
  constexpr int32_t kDenominator0 = 1057819769;                    // 2 / 2^(1/4) - 2^(1/4)
  constexpr int32_t kDenominator1 = 638450708;                     // 2^(1/4) / 4
  constexpr int32_t kDenominator2 = 127690142;                     // 2^(1/4) / 20
  constexpr int32_t kExponentIntegerBits = kInputIntegerBits + 1;  // a bit of headroom: Q6.25
  constexpr int32_t kExponentOne = 1 << (31 - kExponentIntegerBits);

  const int32_t zeros_a = __builtin_clz(static_cast<uint32_t>(x));
  const int32_t r_a =
      SaturatingShiftLeft(MulHigh(SaturatingShiftLeft(x, zeros_a - 1), kSqrtHalf), 1);
  const int32_t n_a = (kSumIntegerBits - zeros_a) * kExponentOne + kExponentOne / 4;
  const int32_t zeros_b = __builtin_clz(static_cast<uint32_t>(MulHigh(x, kSqrtHalf))) - 1;
  const int32_t r_b = SaturatingShiftLeft(x, zeros_b);
  const int32_t n_b = (kSumIntegerBits - zeros_b) * kExponentOne - kExponentOne / 4;
  const int32_t r = r_a < r_b ? r_a : r_b;
  const int32_t n = n_a > n_b ? n_a : n_b;

  const int32_t middle =
      static_cast<int32_t>((static_cast<uint32_t>(r) + static_cast<uint32_t>(kCentre) + 1) >> 1);
  const int32_t q = (r - kCentre) * 2;
  const int32_t q2 = MulHigh(q, q);
  const int32_t numerator = MulHigh(q, r) + MulHigh(MulHigh(q, q2), kNumerator);
  const int32_t denominator_minus_1 =
      MulHigh(middle, kDenominator0 + q + MulHigh(kDenominator2, q2)) + MulHigh(kDenominator1, q);
  const int32_t log_r = MulHigh(RoundingShiftRight(numerator, kExponentIntegerBits),
                                OneOverOnePlusX(denominator_minus_1));
  return SaturatingShiftLeft(MulHigh(n, kLog2) + log_r, 1);
}

}  // namespace

Requant ReverseRequant(Requant factor) {
  // factor = m * 2^(shift - 31), so its inverse is 2^61 / m * 2^(-30 - shift). 31 bits of the
  // quotient by long division; m = 2^30 gives 32.
  const uint32_t divisor = static_cast<uint32_t>(factor.multiplier);
  uint32_t quotient = 1;
  uint32_t remainder = (UINT32_C(1) << 31) - divisor;  // of 2^31 / m, the bits from 2^30 on follow
  if (divisor == UINT32_C(1) << 30) {
    return Requant{1 << 30, 2 - factor.shift};
  }
  for (int32_t bit = 0; bit < 30; ++bit) {
    remainder <<= 1;
    quotient <<= 1;
    if (remainder >= divisor) {
      remainder -= divisor;
      quotient |= 1;
    }
  }
  // As in RequantFromScales: TFLM rounds to double's 53 bits, then to 31.
  if ((static_cast<uint64_t>(remainder) << 23) >=
      static_cast<uint64_t>(divisor) * ((UINT32_C(1) << 22) - 1)) {
    ++quotient;
  }
  return Requant{static_cast<int32_t>(quotient), 1 - factor.shift};
}

void LogSoftmaxS8(const LogSoftmaxParams& p, const int8_t* input, int8_t* output) {
  for (uint32_t row = 0; row < p.rows; ++row, input += p.depth, output += p.depth) {
    int32_t max = INT8_MIN;
    for (uint32_t i = 0; i < p.depth; ++i) {
      max = input[i] > max ? input[i] : max;
    }
    int32_t sum = 0;
    for (uint32_t i = 0; i < p.depth; ++i) {
      const int32_t difference = input[i] - max;
      if (difference >= p.diff_min) {
        sum +=
            RoundingShiftRight(ExpOfNegativeQ5(ApplyRequant(difference, p.input)), kSumIntegerBits);
      }
    }
    const int32_t log_sum = LogOfSum(sum);
    // Where difference - log_sum would leave Q5.26, the output is the lowest.
    const int32_t reach = ApplyRequant(log_sum + INT32_MIN, p.reverse);
    const int32_t floor = reach > p.diff_min - 1 ? reach : p.diff_min - 1;
    for (uint32_t i = 0; i < p.depth; ++i) {
      const int32_t difference = input[i] - max;
      int32_t y = INT8_MIN;
      if (difference > floor) {
        y = RoundingShiftRight(ApplyRequant(difference, p.input) - log_sum,
                               31 - kInputIntegerBits - kOutputIntegerBits) +
            INT8_MAX;
        y = Clamp(y, INT8_MIN, INT8_MAX);
      }
      output[i] = static_cast<int8_t>(y);
    }
  }
}

}  // namespace nn
