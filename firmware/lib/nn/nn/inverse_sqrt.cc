// Once a row or an element of few: small rather than fast.
#pragma GCC optimize("Os")

#include "nn/inverse_sqrt.h"

#include "nn/fixed_point.h"
#include "nn/float_bits.h"

namespace nn {

// x is scaled by a power of 4 into [1/4, 1) times 2^29, which as Q3.28 is halved again. There, five
// of Newton's steps y <- y * (3 - x * y^2) / 2 start from 1.
Requant InverseSqrt(uint32_t x) {
  if (x <= 1) {
    return Requant{INT32_MAX, 0};
  }
  int32_t exponent = 11;
  while (x >= UINT32_C(1) << 29) {
    x /= 4;
    ++exponent;
  }
  const int32_t pairs = (__builtin_clz(x) - 1) / 2 - 1;
  exponent -= pairs;
  const int32_t scaled = static_cast<int32_t>(x << (2 * pairs)) >> 1;
  const int32_t half = RoundingShiftRight(scaled, 1);
  constexpr int32_t kOne = 1 << 28;
  constexpr int32_t kThreeHalves = kOne + kOne / 2;
  int32_t y = kOne;
  for (uint32_t step = 0; step < 5; ++step) {
    const int32_t cube = SaturatingShiftLeft(MulHigh(MulHigh(y, y), y), 6);
    y = SaturatingShiftLeft(MulHigh(kThreeHalves, y) - MulHigh(half, cube), 3);
  }
  constexpr int32_t kHalfSqrt2 = 1518500250;  // Q0.31
  y = MulHigh(y, kHalfSqrt2);
  if (exponent < 0) {
    y = static_cast<int32_t>(static_cast<uint32_t>(y) << -exponent);
    exponent = 0;
  }
  return Requant{y, -exponent};
}

Requant InverseRootOfScales(uint32_t in, uint32_t out) {
  const FloatParts x = NormalizedFloat(in);
  const FloatParts y = NormalizedFloat(out);
  // sqrt(in) is sqrt(radicand) * 2^half, the root 32 bits and 30 behind the point: the first by
  // trial, the others from what is left, whose square is too small to count.
  const int32_t odd = x.exponent & 1;
  const uint64_t radicand = static_cast<uint64_t>(x.magnitude) << (38 + odd);
  const int32_t half = (x.exponent - 38 - odd) / 2;
  uint64_t root = 0;
  for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1) {
    root |= (root | bit) * (root | bit) <= radicand ? bit : 0;
  }
  uint64_t left = radicand - root * root;  // at most twice the root
  uint64_t fine = root;
  for (int32_t i = 0; i < 30; ++i) {  // half of what is left over the root, bit by bit
    const bool fits = left >= root;
    left = (left - (fits ? root : 0)) << 1;
    fine = (fine << 1) + (fits ? 1 : 0);
  }
  // divisor * 2^(2 + half + y.exponent), of 52 to 56 bits.
  const uint64_t divisor =
      (fine >> 32) * y.magnitude + (static_cast<uint32_t>(fine) * uint64_t{y.magnitude} >> 32);
  const int32_t bits = 63 - __builtin_clzll(divisor);
  uint64_t rest = UINT64_C(1) << bits;
  uint64_t quotient = 0;
  for (int32_t i = 0; i < 31; ++i) {
    rest <<= 1;
    const bool fits = rest >= divisor;
    rest -= fits ? divisor : 0;
    quotient = quotient << 1 | (fits ? 1 : 0);
  }
  quotient += 2 * rest >= divisor ? 1 : 0;
  const bool is_one = quotient >> 31 != 0;
  return Requant{static_cast<int32_t>(is_one ? quotient >> 1 : quotient),
                 (is_one ? 1 : 0) - bits - 2 - half - y.exponent};
}

}  // namespace nn
