// What surrounds the kernel runs once a strip.
#pragma GCC optimize("Os")

#include "nn/depthwise_conv_s8.h"

#include "nn/strips.h"

namespace nn {

void DepthwiseConvStripsS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                           const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                           int32_t rows) {
  ForEachStrip(p, input, output, rows, [&](const ConvParams& strip, const int8_t* in, int8_t* out) {
    DepthwiseConvS8(strip, scales, in, filter, bias, out, scratch);
  });
}

}  // namespace nn
