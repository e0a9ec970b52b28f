// A convolution's channels that give the same for every input: dead ones, as networks in use have
// many.

#ifndef MCUFORGE_NN_CONV_CONSTANT_S8_H_
#define MCUFORGE_NN_CONV_CONSTANT_S8_H_

#include "nn/conv_params.h"

namespace nn {

// The least and the largest that a channel's accumulator can be, or more: a channel that gives the
// same for both gives it for all. False where they do not fit into int32, and for a `shift` to the
// left (Requant), which wraps, so that what lies between is not between theirs.
inline bool FindSumEnds(const ConvParams& p, int32_t shift, int32_t bias, int32_t* ends) {
  constexpr int32_t kMaxProducts = 16384;  // of an int9 and an int8: less than 2^29 together
  const int32_t products = p.kernel_h * p.kernel_w * p.filter_c;
  const int32_t reach = 255 * 128 * products;
  return shift <= 0 && products < kMaxProducts && !__builtin_sub_overflow(bias, reach, &ends[0]) &&
         !__builtin_add_overflow(bias, reach, &ends[1]);
}

// Gives `value` to a channel's outputs of all pixels. output: the first of them.
inline void FillChannelS8(const ConvParams& p, int8_t value, int8_t* output) {
  for (int32_t i = p.batches * p.out_h * p.out_w; i > 0; --i, output += p.out_c) {
    *output = value;
  }
}

}  // namespace nn

#endif  // MCUFORGE_NN_CONV_CONSTANT_S8_H_
