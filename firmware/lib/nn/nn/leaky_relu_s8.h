// LEAKY_RELU, int8.

#ifndef MCUFORGE_NN_LEAKY_RELU_S8_H_
#define MCUFORGE_NN_LEAKY_RELU_S8_H_

#include "nn/requantize.h"

namespace nn {

struct LeakyReluParams {
  Requant positive;  // from an input step to an output step
  Requant negative;  // the same times |alpha|
  int8_t in_zero_point, out_zero_point;
  int8_t alpha_sign;  // 1 or -1, applied after rounding
};

// output may be the input's buffer.
void LeakyReluS8(const LeakyReluParams& params, uint32_t count, const int8_t* input,
                 int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_LEAKY_RELU_S8_H_
