// TRANSPOSE_CONV of float32 by its bits: products are added in the order of the input, then the
// bias, as upstream does.

#ifndef MCUFORGE_NN_FLOAT_TRANSPOSE_CONV_H_
#define MCUFORGE_NN_FLOAT_TRANSPOSE_CONV_H_

#include "nn/conv_params.h"

namespace nn {

// low, high: bits of what outputs are clamped to. Of `shape` neither zero points nor range are
// used.
struct FloatTransposeConvParams {
  ConvParams shape;
  uint32_t low, high;
};

// Shapes and paddings are those of TransposeConvS8, elements bits of float32.
void FloatTransposeConv(const FloatTransposeConvParams& params, const uint32_t* input,
                        const uint32_t* filter, const uint32_t* bias, uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_TRANSPOSE_CONV_H_
