// DEPTHWISE_CONV_2D, int8, per-channel weights, any channel multiplier.

#ifndef MCUFORGE_NN_DEPTHWISE_CONV_S8_H_
#define MCUFORGE_NN_DEPTHWISE_CONV_S8_H_

#include "nn/conv_params.h"
#include "nn/isa.h"
#include "nn/scale.h"

namespace nn {

// Scratch that DepthwiseConvS8 needs on `isa`, bytes.
constexpr uint32_t DepthwiseConvS8ScratchBytes(const ConvParams&, Isa) { return 0; }

//   input   [batches, in_h, in_w, in_c]        filter [1, kernel_h, kernel_w, out_c]
//   bias    [out_c] or null                    output [batches, out_h, out_w, out_c], not
//   overlapping input
// Output channel c reads input channel c / filter_c.
void DepthwiseConvS8(const ConvParams& params, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch);

}  // namespace nn

#endif  // MCUFORGE_NN_DEPTHWISE_CONV_S8_H_
