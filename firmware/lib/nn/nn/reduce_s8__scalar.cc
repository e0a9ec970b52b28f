#include "nn/reduce_s8.h"

namespace nn {

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

void SumS8(const ReduceParams& p, const int8_t* input, int8_t* output) {
  // Two walks over the axes: the kept ones give the outputs in order, for each the reduced ones
  // give its inputs.
  uint32_t stride[kMaxRank];
  uint32_t kept[kMaxRank];
  uint32_t reduced[kMaxRank];
  uint32_t step = 1;
  uint32_t count = 1;
  uint32_t outputs = 1;
  for (int32_t axis = kMaxRank - 1; axis >= 0; --axis) {
    stride[axis] = step;
    step *= p.extent[axis];
    kept[axis] = p.reduced[axis] ? 1 : p.extent[axis];
    reduced[axis] = p.reduced[axis] ? p.extent[axis] : 1;
    outputs *= kept[axis];
    count *= reduced[axis];
  }
  const auto advance = [&stride](const uint32_t* extent, uint32_t* index, uint32_t offset) {
    for (int32_t axis = kMaxRank - 1; axis >= 0; --axis) {
      offset += stride[axis];
      if (++index[axis] < extent[axis]) {
        return offset;
      }
      offset -= stride[axis] * extent[axis];
      index[axis] = 0;
    }
    return offset;
  };
  const int32_t zero = p.in_zero_point * static_cast<int32_t>(count);
  uint32_t out_index[kMaxRank] = {0, 0, 0, 0, 0};
  uint32_t base = 0;
  for (uint32_t i = 0; i < outputs; ++i) {
    int32_t sum = 0;
    uint32_t in_index[kMaxRank] = {0, 0, 0, 0, 0};
    uint32_t offset = base;
    for (uint32_t j = 0; j < count; ++j) {
      sum += input[offset];
      offset = advance(reduced, in_index, offset);
    }
    output[i] = static_cast<int8_t>(
        Clamp(ApplyRequant(sum - zero, p.requant) + p.out_zero_point, INT8_MIN, INT8_MAX));
    base = advance(kept, out_index, base);
  }
}

}  // namespace nn
