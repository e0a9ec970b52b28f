#include "nn/dot_s16.h"
#include "nn/requantize_s16.h"
#include "nn/transpose_conv_s16.h"
#include "nn/transpose_taps.h"

namespace nn {
namespace {

// The products that reach one output.
int64_t SumTaps(const ConvParams& p, const TransposeTaps& rows, const TransposeTaps& columns,
                const int16_t* image, const int8_t* filter) {
  int64_t sum = 0;
  for (int32_t i = 0; i < rows.count; ++i) {
    const int16_t* x = image + ((rows.first_in - i) * p.in_w + columns.first_in) * p.in_c;
    const int32_t tap = (rows.first_tap + i * p.stride_h) * p.kernel_w + columns.first_tap;
    const int8_t* w = filter + tap * p.in_c;
    for (int32_t j = 0; j < columns.count; ++j) {
      sum += DotS16(x, w, p.in_c);
      x -= p.in_c;
      w += p.stride_w * p.in_c;
    }
  }
  return sum;
}

}  // namespace

void TransposeConvS16(const ConvS16Params& params, const ChannelScales& scales,
                      const int16_t* input, const int8_t* filter, const Bias64* bias,
                      int16_t* output) {
  const ConvParams& p = params.shape;
  for (int32_t channel = 0; channel < p.out_c; ++channel) {
    const Requant requant = ChannelRequant(scales, static_cast<uint32_t>(channel));
    const int64_t start = bias ? bias[channel] : 0;
    const int16_t* image = input;
    int16_t* out = output + channel;
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      AxisWalk y(p.pad_top, p.stride_h, p.kernel_h, p.in_h);
      for (int32_t out_y = 0; out_y < p.out_h; ++out_y, y.Advance()) {
        AxisWalk x(p.pad_left, p.stride_w, p.kernel_w, p.in_w);
        for (int32_t out_x = 0; out_x < p.out_w; ++out_x, x.Advance(), out += p.out_c) {
          const int64_t sum = start + SumTaps(p, y.Here(), x.Here(), image, filter);
          *out = RequantizeS64To16(sum, requant, params.out_min, params.out_max);
        }
      }
      image += p.in_h * p.in_w * p.in_c;
    }
    filter += p.kernel_h * p.kernel_w * p.in_c;
  }
}

}  // namespace nn
