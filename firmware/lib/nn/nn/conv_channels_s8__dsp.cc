#include "nn/conv_s8.h"
#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

// Only for the shapes that the dsp kernel leaves: small rather than fast.
#pragma GCC optimize("Os")

namespace nn {
namespace {

// Adds to acc0 and acc1 the products of `n` inputs with the weights of two output channels.
inline void Dot2(const int8_t* input, const int8_t* weights0, const int8_t* weights1, int32_t n,
                 int32_t zero_point, int32_t* acc0, int32_t* acc1) {
  int32_t sum0 = *acc0;
  int32_t sum1 = *acc1;
  for (int32_t i = 0; i < n; ++i) {
    const int32_t x = input[i] - zero_point;
    sum0 += x * weights0[i];
    sum1 += x * weights1[i];
  }
  *acc0 = sum0;
  *acc1 = sum1;
}

}  // namespace

void ConvChannelsS8(const ConvParams& p, const ChannelScales& scales, int32_t first, int32_t end,
                    const int8_t* input, const int8_t* filter, const int32_t* bias,
                    int8_t* output) {
  const int32_t filter_c = p.filter_c;
  const int32_t in_c = p.in_c;
  const int32_t row_weights = p.kernel_w * filter_c;
  const int32_t channel_weights = p.kernel_h * row_weights;
  const int32_t group_channels = p.out_c / (p.in_c / p.filter_c);
  // Without dilation or groups the taps of a kernel row are neighbours in memory: one run.
  const bool row_is_run = p.dilation_w == 1 && filter_c == in_c;

  for (int32_t channel = first; channel < end;) {
    // Two channels at a time, so that each input is loaded once for both; never two of different
    // groups.
    const int32_t group = channel / group_channels;
    const bool pair = channel + 1 < (group + 1) * group_channels && channel + 1 < end;
    const int8_t* const weights0 = filter + channel * channel_weights;
    const int8_t* const weights1 = pair ? weights0 + channel_weights : weights0;
    const int32_t bias0 = bias ? bias[channel] : 0;
    const int32_t bias1 = bias && pair ? bias[channel + 1] : 0;
    const Requant requant0 = ChannelRequant(scales, static_cast<uint32_t>(channel));
    const Requant requant1 =
        pair ? ChannelRequant(scales, static_cast<uint32_t>(channel + 1)) : requant0;

    int8_t* out = output + channel;
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      const int8_t* const image = input + batch * p.in_h * p.in_w * in_c + group * filter_c;
      for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
        const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
        const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, p.dilation_h, p.in_h);
        for (int32_t out_x = 0; out_x < p.out_w; ++out_x, out += p.out_c) {
          const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
          const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, p.dilation_w, p.in_w);
          const int32_t taps = kx_range.end - kx_range.first;
          int32_t acc0 = bias0;
          int32_t acc1 = bias1;
          for (int32_t ky = ky_range.first; ky < ky_range.end; ++ky) {
            const int32_t in_y = in_y0 + ky * p.dilation_h;
            const int32_t in_x = in_x0 + kx_range.first * p.dilation_w;
            const int8_t* x = image + (in_y * p.in_w + in_x) * in_c;
            int32_t w = ky * row_weights + kx_range.first * filter_c;
            const int32_t w_end = w + taps * filter_c;
            const int32_t run = row_is_run ? taps * filter_c : filter_c;
            for (; w < w_end; w += run, x += p.dilation_w * in_c) {
              Dot2(x, weights0 + w, weights1 + w, run, p.in_zero_point, &acc0, &acc1);
            }
          }
          for (int32_t i = 0; i <= pair; ++i) {
            out[i] = RequantizeTo8(i ? acc1 : acc0, i ? requant1 : requant0, p.out_zero_point,
                                   p.out_min, p.out_max);
          }
        }
      }
    }
    channel += pair ? 2 : 1;
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
