// MEAN, SUM, REDUCE_MAX and REDUCE_MIN of float32 by their bits, added in the order in which
// elements lie.

#ifndef MCUFORGE_NN_FLOAT_REDUCE_H_
#define MCUFORGE_NN_FLOAT_REDUCE_H_

#include "nn/reduce_s8.h"

namespace nn {

// As SumS8, of bits of float32; neither factor nor zero points of `params` are used.
void FloatSum(const ReduceParams& params, const uint32_t* input, uint32_t* output);
void FloatMean(const ReduceParams& params, const uint32_t* input, uint32_t* output);
void FloatMax(const ReduceParams& params, const uint32_t* input, uint32_t* output);
void FloatMin(const ReduceParams& params, const uint32_t* input, uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_REDUCE_H_
