// One channel of a DEPTHWISE_CONV_2D, whatever its shape and scale: small rather than fast.

#ifndef MCUFORGE_NN_DEPTHWISE_CHANNEL_S8_H_
#define MCUFORGE_NN_DEPTHWISE_CHANNEL_S8_H_

#include "nn/conv_params.h"
#include "nn/scale.h"

namespace nn {

// Output channel `channel` of what DepthwiseConvS8 computes, for the channels that its fast ways
// leave.
void DepthwiseChannelS8(const ConvParams& params, const ChannelScales& scales, int32_t channel,
                        const int8_t* input, const int8_t* filter, const int32_t* bias,
                        int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_DEPTHWISE_CHANNEL_S8_H_
