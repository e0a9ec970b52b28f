// CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED of float32 by their bits, to upstream's last one:
// products are added one by one in upstream's order, then the bias.

#ifndef MCUFORGE_NN_FLOAT_CONV_H_
#define MCUFORGE_NN_FLOAT_CONV_H_

#include "nn/conv_params.h"

namespace nn {

// low, high: bits of what outputs are clamped to. Of `shape` neither zero points nor range are
// used. An output channel sees `depth` input channels, those from (channel / group) * depth on; its
// weights begin at channel * channel_step, and those of a tap at tap * tap_step from there.
struct FloatConvParams {
  ConvParams shape;
  uint32_t low, high;
  uint32_t group, depth, channel_step, tap_step;
};

//   input   [batches, in_h, in_w, in_c]     bits of float32, as all
//   bias    [out_c] or null
//   output  [batches, out_h, out_w, out_c], not overlapping input
void FloatConv(const FloatConvParams& params, const uint32_t* input, const uint32_t* filter,
               const uint32_t* bias, uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_CONV_H_
