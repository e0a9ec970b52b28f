#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

#include "nn/fully_connected_s8.h"

namespace nn {

void FullyConnectedS8(const FullyConnectedParams& p, Requant requant,
                      const ChannelScales* channel_scales, const int8_t* input,
                      const int8_t* filter, const int32_t* bias, int8_t* output) {
  const int32_t zero_point = p.in_zero_point;
  for (uint32_t channel = 0; channel < p.out_features; ++channel) {
    if (channel_scales) {
      requant = ChannelRequant(*channel_scales, channel);
    }
    const int8_t* const weights = filter + channel * p.in_features;
    for (uint32_t batch = 0; batch < p.batches; ++batch) {
      const int8_t* const x = input + batch * p.in_features;
      int32_t acc = bias ? bias[channel] : 0;
      for (uint32_t i = 0; i < p.in_features; ++i) {
        acc += (x[i] - zero_point) * weights[i];
      }
      output[batch * p.out_features + channel] = static_cast<int8_t>(
          Clamp(ApplyRequant(acc, requant) + p.out_zero_point, p.out_min, p.out_max));
    }
  }
}

}  // namespace nn

#endif
