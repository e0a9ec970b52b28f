#include "nn/isa.h"

#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

#include "nn/depthwise_channels_s16.h"
#include "nn/depthwise_conv_s16.h"

namespace nn {

void DepthwiseConvS16(const ConvS16Params& params, const ChannelScales& scales,
                      const int16_t* input, const int8_t* filter, const Bias64* bias,
                      int16_t* output) {
  DepthwiseChannelsS16(params, scales, 0, params.shape.out_c, input, filter, bias, output);
}

}  // namespace nn

#endif  // !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
