// A convolution's channels that give the same for every input: dead ones, as networks in use have
// many.

#ifndef MCUFORGE_NN_CONV_CONSTANT_S8_H_
#define MCUFORGE_NN_CONV_CONSTANT_S8_H_

#include "nn/conv_params.h"
#include "nn/requantize.h"

namespace nn {

// Whether a channel gives the same for every input; then `value` is that. weights: the sum of their
// magnitudes, or more, such as 128 times their number. It may say no where the answer is yes, as it
// does for a shift that is not to the right by at least 2.
bool IsConstantS8(const ConvParams& p, Requant requant, int32_t bias, int32_t weights,
                  int8_t* value);

// Gives `value` to a channel's outputs of all pixels. output: the first of them.
inline void FillChannelS8(const ConvParams& p, int8_t value, int8_t* output) {
  for (int32_t i = p.batches * p.out_h * p.out_w; i > 0; --i, output += p.out_c) {
    *output = value;
  }
}

}  // namespace nn

#endif  // MCUFORGE_NN_CONV_CONSTANT_S8_H_
