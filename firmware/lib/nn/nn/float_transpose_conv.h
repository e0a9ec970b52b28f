// TRANSPOSE_CONV of float32 by its bits: products are added in the order of the input, then the
// bias, as upstream does.

#ifndef MCUFORGE_NN_FLOAT_TRANSPOSE_CONV_H_
#define MCUFORGE_NN_FLOAT_TRANSPOSE_CONV_H_

#include "nn/float_conv.h"

namespace nn {

// Shapes and paddings are those of TransposeConvS8, elements bits of float32. Of `params` shape,
// low and high are used.
void FloatTransposeConv(const FloatConvParams& params, const uint32_t* input,
                        const uint32_t* filter, const uint32_t* bias, uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_TRANSPOSE_CONV_H_
