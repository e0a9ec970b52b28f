// SQUARED_DIFFERENCE, int8, with broadcasting.

#ifndef MCUFORGE_NN_SQUARED_DIFFERENCE_S8_H_
#define MCUFORGE_NN_SQUARED_DIFFERENCE_S8_H_

#include "nn/broadcast.h"
#include "nn/requantize.h"

namespace nn {

// Both inputs are brought to a common scale of 7 fraction bits, the square of their difference to
// the output's.
constexpr int32_t kSquaredDifferenceLeftShift = 7;

struct SquaredDifferenceParams {
  Requant in[2];  // at most 1/2
  Requant out;
  int8_t in_zero_point[2];
  int8_t out_zero_point;
};

// output may be the buffer of an input of the same shape.
void SquaredDifferenceS8(const SquaredDifferenceParams& params, const Broadcast& shape,
                         const int8_t* input0, const int8_t* input1, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_SQUARED_DIFFERENCE_S8_H_
