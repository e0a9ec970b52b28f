// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "nn/float_conv.h"
#include "nn/window_run.h"

namespace nn {
namespace {

// input: the window's first tap's first channel of the group. filter: the channel's first weight.
uint32_t SumWindow(const FloatConvParams& params, const WindowRun& run, const uint32_t* input,
                   const uint32_t* filter) {
  const ConvParams& p = params.shape;
  uint32_t sum = 0;
  for (int32_t row = 0; row < run.rows; ++row) {
    const int32_t taps_before = (run.ky.first + row) * p.kernel_w + run.kx.first;
    const uint32_t* x = input + row * p.dilation_h * p.in_w * p.in_c;
    const uint32_t* w = filter + static_cast<uint32_t>(taps_before) * params.tap_step;
    for (int32_t tap = 0; tap < run.taps; ++tap) {
      for (uint32_t c = 0; c < params.depth; ++c) {
        sum = AddFloats(sum, MultiplyFloats(x[c], w[c]));
      }
      x += p.dilation_w * p.in_c;
      w += params.tap_step;
    }
  }
  return sum;
}

}  // namespace

void FloatConv(const FloatConvParams& params, const uint32_t* input, const uint32_t* filter,
               const uint32_t* bias, uint32_t* output) {
  const ConvParams& p = params.shape;
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    ForEachWindowRun(p, [&](const WindowRun& run) {
      const uint32_t* x = input + run.origin * p.in_c;
      for (int32_t pixel = 0; pixel < run.pixels; ++pixel, x += p.stride_w * p.in_c) {
        for (uint32_t channel = 0; channel < p.out_c; ++channel) {
          const uint32_t sum = SumWindow(params, run, x + channel / params.group * params.depth,
                                         filter + channel * params.channel_step);
          *output++ = ClampFloat(AddFloats(sum, bias ? bias[channel] : 0), params.low, params.high);
        }
      }
    });
    input += p.in_h * p.in_w * p.in_c;
  }
}

}  // namespace nn
