// DIV, int8, with broadcasting.

#ifndef MCUFORGE_NN_DIV_S8_H_
#define MCUFORGE_NN_DIV_S8_H_

#include "nn/broadcast.h"
#include "nn/requantize.h"

namespace nn {

struct DivParams {
  Requant requant;  // of input 0's scale / (input 1's scale * output scale)
  int8_t in_zero_point[2];
  int8_t out_zero_point;
  int8_t out_min, out_max;
};

// False, with the output filled up to there, at a divisor of 0. output may be the buffer of an
// input of the same shape.
bool DivS8(const DivParams& params, const Broadcast& shape, const int8_t* input0,
           const int8_t* input1, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_DIV_S8_H_
