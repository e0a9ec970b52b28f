// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "nn/float_transpose_conv.h"
#include "nn/transpose_taps.h"

namespace nn {
namespace {

// The products that reach one output, from the first input on: from the last tap.
uint32_t SumTaps(const ConvParams& p, const TransposeTaps& rows, const TransposeTaps& columns,
                 const uint32_t* image, const uint32_t* filter) {
  uint32_t sum = 0;
  for (int32_t i = rows.count; i-- > 0;) {
    const uint32_t* const row = image + (rows.first_in - i) * p.in_w * p.in_c;
    const int32_t tap = (rows.first_tap + i * p.stride_h) * p.kernel_w + columns.first_tap;
    for (int32_t j = columns.count; j-- > 0;) {
      const uint32_t* const x = row + (columns.first_in - j) * p.in_c;
      const uint32_t* const w = filter + (tap + j * p.stride_w) * p.in_c;
      for (int32_t c = 0; c < p.in_c; ++c) {
        sum = AddFloats(sum, MultiplyFloats(x[c], w[c]));
      }
    }
  }
  return sum;
}

}  // namespace

void FloatTransposeConv(const FloatTransposeConvParams& params, const uint32_t* input,
                        const uint32_t* filter, const uint32_t* bias, uint32_t* output) {
  const ConvParams& p = params.shape;
  for (int32_t batch = 0; batch < p.batches; ++batch, input += p.in_h * p.in_w * p.in_c) {
    AxisWalk y(p.pad_top, p.stride_h, p.kernel_h, p.in_h);
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y, y.Advance()) {
      AxisWalk x(p.pad_left, p.stride_w, p.kernel_w, p.in_w);
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x, x.Advance()) {
        for (int32_t channel = 0; channel < p.out_c; ++channel) {
          const uint32_t sum = SumTaps(p, y.Here(), x.Here(), input,
                                       filter + channel * p.kernel_h * p.kernel_w * p.in_c);
          *output++ =
              ClampFloat(bias ? AddFloats(sum, bias[channel]) : sum, params.low, params.high);
        }
      }
    }
  }
}

}  // namespace nn
