// TRANSPOSE_CONV, int8, per-channel weights.

#ifndef MCUFORGE_NN_TRANSPOSE_CONV_S8_H_
#define MCUFORGE_NN_TRANSPOSE_CONV_S8_H_

#include "nn/conv_params.h"
#include "nn/scale.h"

namespace nn {

//   input   [batches, in_h, in_w, in_c]
//   filter  [out_c, kernel_h, kernel_w, in_c]
//   bias    [out_c] or null
//   output  [batches, out_h, out_w, out_c], not overlapping input
// Input (y, x) adds to the outputs (y * stride_h - pad_top + ky, x * stride_w - pad_left + kx).
// Dilation and filter_c are not used; paddings are not negative.
void TransposeConvS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_TRANSPOSE_CONV_S8_H_
