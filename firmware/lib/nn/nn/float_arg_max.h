// ARG_MAX and ARG_MIN of float32 by its bits.

#ifndef MCUFORGE_NN_FLOAT_ARG_MAX_H_
#define MCUFORGE_NN_FLOAT_ARG_MAX_H_

#include "nn/arg_max_s8.h"

namespace nn {

// As ArgMaxS8, of bits of float32.
void FloatArgMax(const ArgMaxParams& params, const uint32_t* input, int32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_ARG_MAX_H_
