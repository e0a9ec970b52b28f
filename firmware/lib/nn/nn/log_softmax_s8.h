// LOG_SOFTMAX, int8 in and out, along the last axis.

#ifndef MCUFORGE_NN_LOG_SOFTMAX_S8_H_
#define MCUFORGE_NN_LOG_SOFTMAX_S8_H_

#include "nn/requantize.h"

namespace nn {

struct LogSoftmaxParams {
  uint32_t rows;
  uint32_t depth;    // at most 4095, so that the sum of exponentials fits in Q12.19
  Requant input;     // from an input step to Q5.26; shift in [1, 31]
  Requant reverse;   // and back
  int32_t diff_min;  // differences to the row's maximum below this count as exp() == 0
};

// The factor 1 / factor as TFLM rounds it. factor.shift in [1, 31].
Requant ReverseRequant(Requant factor);

//   input, output [rows, depth]; output (scale 1/16, zero point 127) may be the input's buffer
void LogSoftmaxS8(const LogSoftmaxParams& params, const int8_t* input, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_LOG_SOFTMAX_S8_H_
