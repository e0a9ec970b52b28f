#include "nn/div_s8.h"
#include "nn/fixed_point.h"

namespace nn {
namespace {

// The dividend is shifted up as far as it goes, multiplied with the divisor's reciprocal, then
// rescaled: upstream's two roundings. Where upstream would shift right by more than 31, and gives
// nonsense, the quotient is less than half a step.
int32_t Quotient(const DivParams& p, int32_t dividend, uint32_t divisor) {
  const int32_t leading = __builtin_clz(divisor);
  const int32_t fraction = static_cast<int32_t>((divisor << leading) - (UINT32_C(1) << 31));
  const int32_t reciprocal = OneOverOnePlusX(fraction);
  const uint32_t sign_bits =
      dividend < 0 ? ~static_cast<uint32_t>(dividend) : static_cast<uint32_t>(dividend);
  const int32_t headroom = (sign_bits != 0 ? __builtin_clz(sign_bits) : 32) - 1;
  const int32_t shifted = static_cast<int32_t>(static_cast<uint32_t>(dividend) << headroom);
  const int32_t unscaled = MulHigh(shifted, reciprocal);
  const int32_t shift = p.requant.shift - (31 - leading) - headroom;
  return shift < -31 ? 0 : RoundingShiftRight(MulHigh(unscaled, p.requant.multiplier), -shift);
}

}  // namespace

bool DivS8(const DivParams& p, const Broadcast& shape, const int8_t* input0, const int8_t* input1,
           int8_t* output) {
  bool fine = true;
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const int8_t* a = input0 + offset0;
    const int8_t* b = input1 + offset1;
    for (uint32_t i = 0; i < count && fine; ++i, a += step0, b += step1) {
      const int32_t x = *a - p.in_zero_point[0];
      const int32_t y = *b - p.in_zero_point[1];
      fine = y != 0;
      if (fine) {
        const int32_t q = Quotient(p, y < 0 ? -x : x, static_cast<uint32_t>(y < 0 ? -y : y));
        output[out + i] = OutputS8(q, p.out_zero_point, p.out_min, p.out_max);
      }
    }
  });
  return fine;
}

}  // namespace nn
