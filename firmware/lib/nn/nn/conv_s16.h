// CONV_2D, 16x8, per-channel weights.

#ifndef MCUFORGE_NN_CONV_S16_H_
#define MCUFORGE_NN_CONV_S16_H_

#include "nn/conv_params.h"
#include "nn/requantize_s16.h"
#include "nn/scale.h"

namespace nn {

// The zero points and the range of `shape` are not used.
struct ConvS16Params {
  ConvParams shape;
  int16_t out_min, out_max;
};

//   input   [batches, in_h, in_w, in_c]
//   filter  [out_c, kernel_h, kernel_w, filter_c]
//   bias    [out_c] or null
//   output  [batches, out_h, out_w, out_c], not overlapping input
void ConvS16(const ConvS16Params& params, const ChannelScales& scales, const int16_t* input,
             const int8_t* filter, const Bias64* bias, int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_CONV_S16_H_
