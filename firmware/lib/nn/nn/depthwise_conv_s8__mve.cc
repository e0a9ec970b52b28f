#if MCUFORGE_ISA_MVE

#include "nn/depthwise_conv_s8.h"
#include "nn/mve.h"

// Eight channels at a time as int16; VMULLB and VMULLT give the products of the even and the odd
// channels as int32. Per tap and 8 MACs: 2 loads (widening), 1 VADD (the zero point), 2 VMULL, 2
// VADD.

namespace nn {
namespace {

struct Requants {
  int32x4_t bias, multiplier, shift;
};

}  // namespace

void DepthwiseConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output, void*) {
  const int32_t channels = p.out_c;
  if (p.filter_c != 1) {
    for (int32_t channel = 0; channel < channels; ++channel) {
      DepthwiseChannelS8(p, scales, channel, input, filter, bias, output);
    }
    return;
  }
  const int32_t tap_step = p.dilation_w * channels;
  const int16_t offset = static_cast<int16_t>(-p.in_zero_point);
  for (int32_t channel = 0; channel < channels; channel += 8) {
    const mve_pred16_t lanes = vctp16q(static_cast<uint32_t>(channels - channel));
    Requants half[2];  // the even channels, the odd ones
    for (int32_t odd = 0; odd < 2; ++odd) {
      int32_t table[3][4] = {};
      for (int32_t i = 0; i < 4 && channel + 2 * i + odd < channels; ++i) {
        const int32_t c = channel + 2 * i + odd;
        const Requant requant = ChannelRequant(scales, static_cast<uint32_t>(c));
        table[0][i] = bias ? bias[c] : 0;
        table[1][i] = requant.multiplier;
        table[2][i] = requant.shift;
      }
      half[odd] = Requants{vldrwq_s32(table[0]), vldrwq_s32(table[1]), vldrwq_s32(table[2])};
    }
    int8_t* out = output + channel;
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      const int8_t* const image = input + batch * p.in_h * p.in_w * channels + channel;
      for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
        const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
        const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, p.dilation_h, p.in_h);
        for (int32_t out_x = 0; out_x < p.out_w; ++out_x, out += channels) {
          const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
          const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, p.dilation_w, p.in_w);
          int32x4_t even = half[0].bias;
          int32x4_t odd = half[1].bias;
          for (int32_t ky = ky_range.first; ky < ky_range.end; ++ky) {
            const int8_t* x = image + ((in_y0 + ky * p.dilation_h) * p.in_w + in_x0 +
                                       kx_range.first * p.dilation_w) *
                                          channels;
            const int8_t* w = filter + (ky * p.kernel_w + kx_range.first) * channels + channel;
            for (int32_t kx = kx_range.first; kx < kx_range.end;
                 ++kx, x += tap_step, w += channels) {
              const int16x8_t inputs = vaddq_n_s16(vldrbq_z_s16(x, lanes), offset);
              const int16x8_t weights = vldrbq_z_s16(w, lanes);
              even = vaddq_s32(even, vmullbq_int_s16(inputs, weights));
              odd = vaddq_s32(odd, vmulltq_int_s16(inputs, weights));
            }
          }
          even = ToOutput(even, half[0].multiplier, half[0].shift, p.out_zero_point, p.out_min,
                          p.out_max);
          odd = ToOutput(odd, half[1].multiplier, half[1].shift, p.out_zero_point, p.out_min,
                         p.out_max);
          vstrbq_p_s16(out, vmovntq_s32(vmovnbq_s32(vdupq_n_s16(0), even), odd), lanes);
        }
      }
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
