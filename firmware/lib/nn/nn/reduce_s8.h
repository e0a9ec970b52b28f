// MEAN, SUM, REDUCE_MAX and REDUCE_MIN, int8, over any set of axes.

#ifndef MCUFORGE_NN_REDUCE_S8_H_
#define MCUFORGE_NN_REDUCE_S8_H_

#include <cstdint>

#include "nn/broadcast.h"
#include "nn/requantize.h"

namespace nn {

struct ReduceParams {
  uint32_t extent[kMaxRank];  // of the input; any of them may be 1
  Requant requant;  // from one input step to one output step, a division by the count included
  uint8_t reduced;  // bit i: axis i is reduced
  int8_t in_zero_point, out_zero_point;
};

// The multiplier that both rescales and divides by `count`, as TFLM folds the two. count in [1,
// 2^23].
Requant RequantForMean(Requant requant, uint32_t count);

//   output  one element for each index of the axes that are not reduced, in order; must not overlap
//   input
// SumS8 also computes means. MaxS8 and MinS8 do not rescale.
void SumS8(const ReduceParams& params, const int8_t* input, int8_t* output);
void MaxS8(const ReduceParams& params, const int8_t* input, int8_t* output);
void MinS8(const ReduceParams& params, const int8_t* input, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_REDUCE_S8_H_
