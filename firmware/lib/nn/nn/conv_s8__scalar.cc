#include "nn/conv_column.h"
#include "nn/conv_s8.h"

#if MCUFORGE_ISA_DSP || MCUFORGE_ISA_MVE
// Only for the shapes that the dsp and mve kernels leave: small rather than fast.
#pragma GCC optimize("Os")
#endif

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
    const Requant requant0 = ChannelRequant(scales, channel);
    const Requant requant1 = pair ? ChannelRequant(scales, channel + 1) : requant0;

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
            if (row_is_run) {
              Dot2(x, weights0 + w, weights1 + w, taps * in_c, p.in_zero_point, &acc0, &acc1);
            } else {
              for (int32_t tap = 0; tap < taps; ++tap, w += filter_c, x += p.dilation_w * in_c) {
                Dot2(x, weights0 + w, weights1 + w, filter_c, p.in_zero_point, &acc0, &acc1);
              }
            }
          }
          out[0] = static_cast<int8_t>(
              Clamp(ApplyRequant(acc0, requant0) + p.out_zero_point, p.out_min, p.out_max));
          if (pair) {
            out[1] = static_cast<int8_t>(
                Clamp(ApplyRequant(acc1, requant1) + p.out_zero_point, p.out_min, p.out_max));
          }
        }
      }
    }
    channel += pair ? 2 : 1;
  }
}

#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

namespace {

struct Channel {
  int32_t bias;  // the input's zero point taken off
  Requant requant;
};

// acc[0..3] += channel 0 x pixels 0 and 1, channel 1 x pixels 0 and 1. Per 4 MACs: 4 loads, 4
// multiply-adds.
void DotTwoByTwo(const int8_t* pixel0, const int8_t* pixel1, const int8_t* weights0,
                 const int8_t* weights1, int32_t n, int32_t* acc) {
  int32_t acc00 = acc[0];
  int32_t acc01 = acc[1];
  int32_t acc10 = acc[2];
  int32_t acc11 = acc[3];
  const int8_t* const end = weights0 + n;
#pragma GCC unroll 4
  while (weights0 != end) {
    const int32_t w0 = *weights0++;
    const int32_t w1 = *weights1++;
    const int32_t x0 = *pixel0++;
    const int32_t x1 = *pixel1++;
    acc00 += x0 * w0;
    acc01 += x1 * w0;
    acc10 += x0 * w1;
    acc11 += x1 * w1;
  }
  acc[0] = acc00;
  acc[1] = acc01;
  acc[2] = acc10;
  acc[3] = acc11;
}

}  // namespace

// Two output pixels by two output channels at a time. The pixels' windows are gathered into columns
// once for a block of channels; the zero point is taken off through the sum of a channel's weights.
void ConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
            const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  const int32_t products = p.kernel_h * p.kernel_w * p.filter_c;
  const int32_t group_channels = p.out_c / (p.in_c / p.filter_c);
  if (!ConvS8ByPairs(p)) {
    ConvChannelsS8(p, scales, 0, p.out_c, input, filter, bias, output);
    return;
  }
  Channel* const channels = static_cast<Channel*>(scratch);
  int8_t* columns[2];
  columns[0] = reinterpret_cast<int8_t*>(channels + ConvS8BlockChannels(p));
  columns[1] = columns[0] + ((products + 3) & ~3);
  const int32_t pixels = p.batches * p.out_h * p.out_w;

  for (int32_t first = 0, end; first < p.out_c; first = end) {
    const int32_t group = first / group_channels;
    const int32_t group_end = (group + 1) * group_channels;
    end = first + kConvS8Block < group_end ? first + kConvS8Block : group_end;
    if (end - first == 1) {
      --first;  // a lone channel goes with its neighbour, which comes out the same again
    }
    for (int32_t c = first; c < end; ++c) {
      const int8_t* const weights = filter + c * products;
      int32_t sum = 0;
      for (int32_t k = 0; k < products; ++k) {
        sum += weights[k];
      }
      channels[c - first] = Channel{(bias ? bias[c] : 0) - p.in_zero_point * sum,
                                    ChannelRequant(scales, static_cast<uint32_t>(c))};
    }
    const int8_t* image = input + group * p.filter_c;
    int8_t* out = output;
    int32_t out_y = 0;
    int32_t out_x = 0;
    for (int32_t pixel = 0; pixel < pixels; pixel += 2, out += 2 * p.out_c) {
      const bool two = pixel + 1 < pixels;
      for (int32_t i = 0; i < (two ? 2 : 1); ++i) {
        GatherColumn(p, image, out_y * p.stride_h - p.pad_top, out_x * p.stride_w - p.pad_left,
                     columns[i]);
        if (++out_x == p.out_w) {
          out_x = 0;
          if (++out_y == p.out_h) {
            out_y = 0;
            image += p.in_h * p.in_w * p.in_c;
          }
        }
      }
      for (int32_t c = first; c < end; c += 2) {
        c -= c + 1 == end ? 1 : 0;
        const Channel* const pair = &channels[c - first];
        const int8_t* const weights = filter + c * products;
        int32_t acc[4] = {pair[0].bias, pair[0].bias, pair[1].bias, pair[1].bias};
        DotTwoByTwo(columns[0], columns[1], weights, weights + products, products, acc);
        for (int32_t i = 0; i < 4; ++i) {
          if ((i & 1) == 0 || two) {
            out[(i & 1) * p.out_c + c + (i >> 1)] = static_cast<int8_t>(
                Clamp(ApplyRequant(acc[i], pair[i >> 1].requant) + p.out_zero_point, p.out_min,
                      p.out_max));
          }
        }
      }
    }
  }
}

#endif

}  // namespace nn
