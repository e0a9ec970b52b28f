#include "nn/reduce_s8.h"

namespace nn {
namespace {

void SumOne(const int8_t* x, uint32_t count, uint32_t stride, int32_t* sum) {
  int32_t s = *sum;
  for (; count > 0; --count, x += stride) {
    s += *x;
  }
  *sum = s;
}

void SumLanes(const int8_t* x, uint32_t count, uint32_t stride, int32_t* sum) {
  int32_t s0 = sum[0];
  int32_t s1 = sum[1];
  int32_t s2 = sum[2];
  int32_t s3 = sum[3];
  for (; count > 0; --count, x += stride) {
    s0 += x[0];
    s1 += x[1];
    s2 += x[2];
    s3 += x[3];
  }
  sum[0] = s0;
  sum[1] = s1;
  sum[2] = s2;
  sum[3] = s3;
}

int8_t Finish(const ReduceParams& p, int32_t sum, uint32_t elements) {
  return RequantizeTo8(sum - p.in_zero_point * static_cast<int32_t>(elements), p.requant,
                       p.out_zero_point, INT8_MIN, INT8_MAX);
}

}  // namespace

Requant RequantForMean(Requant requant, uint32_t count) {
  int32_t shift = 31 - __builtin_clz(count);
  shift = shift < 31 + requant.shift ? shift : 31 + requant.shift;
  // (multiplier << shift) / count fits in 32 bits because count >= 2^shift; a bit at a time, so
  // that no 64-bit division is linked for one quotient.
  const uint64_t dividend = static_cast<uint64_t>(static_cast<uint32_t>(requant.multiplier))
                            << shift;
  uint32_t quotient = 0;
  uint64_t remainder = 0;
  for (int32_t bit = 62; bit >= 0; --bit) {
    remainder = (remainder << 1) | ((dividend >> bit) & 1);
    quotient <<= 1;
    if (remainder >= count) {
      remainder -= count;
      quotient |= 1;
    }
  }
  return Requant{static_cast<int32_t>(quotient), requant.shift - shift};
}

void SumS8(const ReduceParams& params, const int8_t* input, int8_t* output) {
  Reduce(params, Reducer{0, SumOne, SumLanes, Finish}, input, output);
}

}  // namespace nn
