#if MCUFORGE_ISA_MVE

#include "nn/depthwise_conv_s8.h"
#include "nn/mve.h"

// Eight channels at a time as int16; VMULLB and VMULLT give the products of the even and the odd
// channels as int32. Per tap and 8 MACs: 2 loads (widening), 1 VADD (the zero point), 2 VMULL, 2
// VADD.

namespace nn {
namespace {

struct HalfQuad {  // the even or the odd ones of eight channels
  int32x4_t bias, multiplier, shift;
};

}  // namespace

void DepthwiseConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output, void*) {
  const int32_t channels = p.out_c;
  const int32_t tap_step = p.dilation_w * p.in_c;
  const int16_t offset = static_cast<int16_t>(-p.in_zero_point);
  for (int32_t channel = 0; channel < channels; channel += 8) {
    const int32_t left = channels - channel < 8 ? channels - channel : 8;
    const mve_pred16_t lanes = vctp16q(static_cast<uint32_t>(left));
    HalfQuad half[2];
    uint16_t in_channel[8];  // what each output channel reads, from that of the first on
    int32_t table[2][3][4] = {};
    for (int32_t i = 0; i < 8; ++i) {
      const int32_t c = channel + (i < left ? i : 0);
      const Requant requant = ChannelRequant(scales, static_cast<uint32_t>(c));
      table[i & 1][0][i >> 1] = bias ? bias[c] : 0;
      table[i & 1][1][i >> 1] = requant.multiplier;
      table[i & 1][2][i >> 1] = requant.shift;
      in_channel[i] = static_cast<uint16_t>(c / p.filter_c - channel / p.filter_c);
    }
    for (int32_t i = 0; i < 2; ++i) {
      half[i] = HalfQuad{vldrwq_s32(table[i][0]), vldrwq_s32(table[i][1]), vldrwq_s32(table[i][2])};
    }
    const uint16x8_t in_channels = vldrhq_u16(in_channel);
    int8_t* out = output + channel;
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      const int8_t* const image = input + batch * p.in_h * p.in_w * p.in_c + channel / p.filter_c;
      for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
        const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
        const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, p.dilation_h, p.in_h);
        for (int32_t out_x = 0; out_x < p.out_w; ++out_x, out += channels) {
          const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
          const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, p.dilation_w, p.in_w);
          int32x4_t even = half[0].bias;
          int32x4_t odd = half[1].bias;
          const int32_t taps = kx_range.end - kx_range.first;
          const int8_t* x_row = image + ((in_y0 + ky_range.first * p.dilation_h) * p.in_w + in_x0 +
                                         kx_range.first * p.dilation_w) *
                                            p.in_c;
          const int8_t* w_row =
              filter + (ky_range.first * p.kernel_w + kx_range.first) * channels + channel;
          for (int32_t ky = ky_range.first; ky < ky_range.end; ++ky) {
            const int8_t* x = x_row;
            const int8_t* w = w_row;
            if (p.filter_c == 1 && left == 8) {
              for (int32_t kx = 0; kx < taps; ++kx, x += tap_step, w += channels) {
                const int16x8_t inputs = vaddq_n_s16(vldrbq_s16(x), offset);
                const int16x8_t weights = vldrbq_s16(w);
                even = vaddq_s32(even, vmullbq_int_s16(inputs, weights));
                odd = vaddq_s32(odd, vmulltq_int_s16(inputs, weights));
              }
            } else {  // several channels read one, or the lanes are not all there
              for (int32_t kx = 0; kx < taps; ++kx, x += tap_step, w += channels) {
                const int16x8_t inputs =
                    vaddq_n_s16(vldrbq_gather_offset_z_s16(x, in_channels, lanes), offset);
                const int16x8_t weights = vldrbq_z_s16(w, lanes);
                even = vaddq_s32(even, vmullbq_int_s16(inputs, weights));
                odd = vaddq_s32(odd, vmulltq_int_s16(inputs, weights));
              }
            }
            x_row += p.dilation_h * p.in_w * p.in_c;
            w_row += p.kernel_w * channels;
          }
          even = ApplyRequant(even, half[0].multiplier, half[0].shift);
          odd = ApplyRequant(odd, half[1].multiplier, half[1].shift);
          // Saturated to int16 the clamp is the same, and takes all eight at once.
          int16x8_t y = vqmovntq_s32(vqmovnbq_s32(vdupq_n_s16(0), even), odd);
          y = vqaddq_n_s16(y, p.out_zero_point);
          y = vminq_s16(vmaxq_s16(y, vdupq_n_s16(p.out_min)), vdupq_n_s16(p.out_max));
          vstrbq_p_s16(out, y, lanes);
        }
      }
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
