// PRELU, int8, alpha broadcast to the input's shape.

#ifndef MCUFORGE_NN_PRELU_S8_H_
#define MCUFORGE_NN_PRELU_S8_H_

#include "nn/broadcast.h"
#include "nn/requantize.h"

namespace nn {

struct PreluParams {
  Requant positive;  // from an input step to an output step
  Requant negative;  // from an input step times an alpha step to an output step
  int8_t in_zero_point, alpha_zero_point, out_zero_point;
};

// output may be the input's buffer.
void PreluS8(const PreluParams& params, const Broadcast& shape, const int8_t* input,
             const int8_t* alpha, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_PRELU_S8_H_
