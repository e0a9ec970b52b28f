#include "nn/transpose_conv_s8.h"
#include "nn/transpose_taps.h"

namespace nn {

void TransposeConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output) {
  const int32_t in_c = p.in_c;
  for (int32_t channel = 0; channel < p.out_c; ++channel) {
    const Requant requant = ChannelRequant(scales, static_cast<uint32_t>(channel));
    const int8_t* image = input;
    int8_t* out = output + channel;
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      AxisWalk y(p.pad_top, p.stride_h, p.kernel_h, p.in_h);
      for (int32_t out_y = 0; out_y < p.out_h; ++out_y, y.Advance()) {
        const TransposeTaps rows = y.Here();
        AxisWalk x(p.pad_left, p.stride_w, p.kernel_w, p.in_w);
        for (int32_t out_x = 0; out_x < p.out_w; ++out_x, x.Advance(), out += p.out_c) {
          const TransposeTaps columns = x.Here();
          int32_t acc = bias ? bias[channel] : 0;
          for (int32_t i = 0; i < rows.count; ++i) {
            const int8_t* in = image + ((rows.first_in - i) * p.in_w + columns.first_in) * in_c;
            const int8_t* weights =
                filter +
                ((rows.first_tap + i * p.stride_h) * p.kernel_w + columns.first_tap) * in_c;
            for (int32_t j = 0; j < columns.count; ++j) {
              for (int32_t c = 0; c < in_c; ++c) {
                acc += (in[c] - p.in_zero_point) * weights[c];
              }
              in -= in_c;
              weights += p.stride_w * in_c;
            }
          }
          *out = static_cast<int8_t>(
              Clamp(ApplyRequant(acc, requant) + p.out_zero_point, p.out_min, p.out_max));
        }
      }
      image += p.in_h * p.in_w * in_c;
    }
    filter += p.kernel_h * p.kernel_w * in_c;
  }
}

}  // namespace nn
