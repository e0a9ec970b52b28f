// Once a row or an element of few: small rather than fast.
#pragma GCC optimize("Os")

#include "nn/inverse_sqrt.h"

#include "nn/fixed_point.h"

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

}  // namespace nn
