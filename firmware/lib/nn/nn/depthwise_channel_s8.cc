// Only for what the kernels leave.
#pragma GCC optimize("Os")

#include "nn/depthwise_channel_s8.h"

#include "nn/conv_constant_s8.h"

namespace nn {

void DepthwiseChannelS8(const ConvParams& p, const ChannelScales& scales, int32_t channel,
                        const int8_t* input, const int8_t* filter, const int32_t* bias,
                        int8_t* output) {
  const int32_t in_c = p.in_c;
  const int32_t out_c = p.out_c;
  const int32_t channel_bias = bias ? bias[channel] : 0;
  const Requant requant = ChannelRequant(scales, static_cast<uint32_t>(channel));
  int8_t* out = output + channel;
  const int32_t weights = 128 * p.kernel_h * p.kernel_w;
  int8_t value;
  if (IsConstantS8(p, requant, channel_bias, weights, &value)) {
    FillChannelS8(p, value, out);
    return;
  }
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    const int8_t* const image = input + batch * p.in_h * p.in_w * in_c + channel / p.filter_c;
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
      const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
      const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, p.dilation_h, p.in_h);
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x, out += out_c) {
        const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
        const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, p.dilation_w, p.in_w);
        int32_t acc = channel_bias;
        for (int32_t ky = ky_range.first; ky < ky_range.end; ++ky) {
          const int8_t* x =
              image +
              ((in_y0 + ky * p.dilation_h) * p.in_w + in_x0 + kx_range.first * p.dilation_w) * in_c;
          const int8_t* w = filter + (ky * p.kernel_w + kx_range.first) * out_c + channel;
          for (int32_t kx = kx_range.first; kx < kx_range.end; ++kx) {
            acc += (*x - p.in_zero_point) * *w;
            x += p.dilation_w * in_c;
            w += out_c;
          }
        }
        *out = static_cast<int8_t>(
            Clamp(ApplyRequant(acc, requant) + p.out_zero_point, p.out_min, p.out_max));
      }
    }
  }
}

}  // namespace nn
