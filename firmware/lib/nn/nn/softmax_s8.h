// SOFTMAX, int8 in and out, along the last axis.

#ifndef MCUFORGE_NN_SOFTMAX_S8_H_
#define MCUFORGE_NN_SOFTMAX_S8_H_

#include "nn/scale.h"

namespace nn {

struct SoftmaxParams {
  uint32_t rows;
  uint32_t depth;
  Requant input;     // beta * input scale as Q5.26; shift >= 0
  int32_t diff_min;  // differences to the row's maximum below this count as exp() == 0
};

//   input, output [rows, depth]; output (scale 1/256, zero point -128) may be the input's buffer
void SoftmaxS8(const SoftmaxParams& params, const int8_t* input, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_SOFTMAX_S8_H_
