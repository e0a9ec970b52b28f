// MEAN, int8, over any set of axes.

#ifndef MCUFORGE_NN_REDUCE_S8_H_
#define MCUFORGE_NN_REDUCE_S8_H_

#include <cstdint>

#include "nn/broadcast.h"
#include "nn/requantize.h"

namespace nn {

struct ReduceParams {
  uint32_t extent[kMaxRank];  // of the input; leading ones where the rank is smaller
  uint8_t reduced[kMaxRank];  // 1: this axis is summed over
  int8_t in_zero_point, out_zero_point;
  Requant requant;  // from one input step to one output step, the division by the count included
};

// The multiplier that both rescales and divides by `count` (>= 1), as TFLM folds the two.
Requant RequantForMean(Requant requant, uint32_t count);

//   output  one element for each index of the axes that are not reduced, in order; must not overlap
//   input
void SumS8(const ReduceParams& params, const int8_t* input, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_REDUCE_S8_H_
