// What surrounds the kernels runs once a strip.
#pragma GCC optimize("Os")

#include "nn/strips_s8.h"

#include "nn/depthwise_conv_s8.h"
#include "nn/pool_s8.h"
#include "nn/strips.h"

namespace nn {
void DepthwiseConvStripsS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                           const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch,
                           int32_t rows) {
  ForEachStrip(p, input, output, rows, [&](const ConvParams& strip, const int8_t* in, int8_t* out) {
    DepthwiseConvS8(strip, scales, in, filter, bias, out, scratch);
  });
}

void MaxPoolStripsS8(const ConvParams& p, const int8_t* input, int8_t* output, int32_t rows) {
  ForEachStrip(p, input, output, rows, [](const ConvParams& strip, const int8_t* in, int8_t* out) {
    MaxPoolS8(strip, in, out);
  });
}

void AveragePoolStripsS8(const ConvParams& p, const int8_t* input, int8_t* output, int32_t rows) {
  ForEachStrip(p, input, output, rows, [](const ConvParams& strip, const int8_t* in, int8_t* out) {
    AveragePoolS8(strip, in, out);
  });
}

}  // namespace nn
