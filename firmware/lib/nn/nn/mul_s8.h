// MUL, int8, with broadcasting.

#ifndef MCUFORGE_NN_MUL_S8_H_
#define MCUFORGE_NN_MUL_S8_H_

#include "nn/broadcast.h"
#include "nn/requantize.h"

namespace nn {

struct MulParams {
  Requant requant;  // from the product of the inputs' steps to the output's
  int8_t in_zero_point[2];
  int8_t out_zero_point;
  int8_t out_min, out_max;
};

// output may be the buffer of an input of the same shape.
void MulS8(const MulParams& params, const Broadcast& shape, const int8_t* input0,
           const int8_t* input1, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_MUL_S8_H_
