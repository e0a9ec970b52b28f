#include "nn/dot_s16.h"
#include "nn/fully_connected_s16.h"
#include "nn/requantize_s16.h"

namespace nn {

void FullyConnectedS16(const FullyConnectedS16Params& p, Requant requant,
                       const ChannelScales* channel_scales, const int16_t* input,
                       const int8_t* filter, const Bias64* bias, int16_t* output) {
  for (uint32_t channel = 0; channel < p.out_features; ++channel, filter += p.in_features) {
    if (channel_scales) {
      requant = ChannelRequant(*channel_scales, channel);
    }
    const int64_t start = bias ? bias[channel] : 0;
    const int16_t* x = input;
    int16_t* out = output + channel;
    for (uint32_t batch = 0; batch < p.batches; ++batch) {
      const int64_t sum = start + DotS16(x, filter, p.in_features);
      *out = RequantizeS64To16(sum, requant, p.out_min, p.out_max);
      x += p.in_features;
      out += p.out_features;
    }
  }
}

}  // namespace nn
