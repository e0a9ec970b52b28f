// Channels of a depthwise convolution one after the other: what machines do with those that their
// own kernels do not take.

#ifndef MCUFORGE_NN_DEPTHWISE_CHANNELS_S16_H_
#define MCUFORGE_NN_DEPTHWISE_CHANNELS_S16_H_

#include "nn/conv_s16.h"

namespace nn {

// Channels [first, end) of DepthwiseConvS16.
void DepthwiseChannelsS16(const ConvS16Params& params, const ChannelScales& scales, int32_t first,
                          int32_t end, const int16_t* input, const int8_t* filter,
                          const Bias64* bias, int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_DEPTHWISE_CHANNELS_S16_H_
