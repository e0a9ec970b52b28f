// DEPTHWISE_CONV_2D, 16x8, per-channel weights, any channel multiplier.

#ifndef MCUFORGE_NN_DEPTHWISE_CONV_S16_H_
#define MCUFORGE_NN_DEPTHWISE_CONV_S16_H_

#include "nn/conv_s16.h"

namespace nn {

//   input   [batches, in_h, in_w, in_c]
//   filter  [1, kernel_h, kernel_w, out_c]
//   bias    [out_c] or null
//   output  [batches, out_h, out_w, out_c], not overlapping input
// Output channel c reads input channel c / filter_c.
void DepthwiseConvS16(const ConvS16Params& params, const ChannelScales& scales,
                      const int16_t* input, const int8_t* filter, const Bias64* bias,
                      int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_DEPTHWISE_CONV_S16_H_
