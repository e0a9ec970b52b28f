// SOFTMAX, int16, along the last axis.

#ifndef MCUFORGE_NN_SOFTMAX_S16_H_
#define MCUFORGE_NN_SOFTMAX_S16_H_

#include "nn/requantize.h"

namespace nn {

struct SoftmaxS16Params {
  uint32_t rows;
  uint32_t depth;
  Requant input;  // beta * input scale, to 6553.5ths
};

constexpr uint32_t kMostSoftmaxS16Depth = 32768;  // exponentials of at most 2^15 in an int32

//   input, output [rows, depth]; output is Q0.15, and may be the input's buffer
void SoftmaxS16(const SoftmaxS16Params& params, const int16_t* input, int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_SOFTMAX_S16_H_
