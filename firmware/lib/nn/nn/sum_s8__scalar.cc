#include "nn/reduce_walk.h"

namespace nn {
namespace {

int8_t Finish(const ReduceParams& p, int32_t sum, uint32_t elements) {
  return RequantizeTo8(sum - p.in_zero_point * static_cast<int32_t>(elements), p.requant,
                       p.out_zero_point, INT8_MIN, INT8_MAX);
}

}  // namespace

Requant RequantForMean(Requant requant, uint32_t count) {
  int32_t shift = 31 - __builtin_clz(count);
  shift = shift < 31 + requant.shift ? shift : 31 + requant.shift;
  // (multiplier << shift) / count by long division: the multiplier's 31 bits, then `shift` zeros.
  // The quotient fits in 31 bits because count >= 2^shift.
  uint32_t bits = static_cast<uint32_t>(requant.multiplier) << 1;
  uint32_t quotient = 0;
  uint32_t remainder = 0;
  for (int32_t i = 0; i < 31 + shift; ++i) {
    remainder = (remainder << 1) | (bits >> 31);
    bits <<= 1;
    quotient <<= 1;
    if (remainder >= count) {
      remainder -= count;
      quotient |= 1;
    }
  }
  return Requant{static_cast<int32_t>(quotient), requant.shift - shift};
}

void SumS8(const ReduceParams& params, const int8_t* input, int8_t* output) {
  static constexpr Reducer<int8_t> kReducer{0, SumOne, SumLanes, Finish};
  Reduce(params, kReducer, input, output);
}

}  // namespace nn
