// MEAN and SUM, int16, over any set of axes.

#ifndef MCUFORGE_NN_REDUCE_S16_H_
#define MCUFORGE_NN_REDUCE_S16_H_

#include "nn/reduce_s8.h"

namespace nn {

constexpr uint32_t kMostSummedS16 = UINT32_C(1) << 16;  // whose sum an int32 holds

// As SumS8, of at most kMostSummedS16 elements each; zero points are not used.
void SumS16(const ReduceParams& params, const int16_t* input, int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_REDUCE_S16_H_
