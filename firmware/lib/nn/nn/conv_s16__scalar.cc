#include "nn/conv_s16.h"
#include "nn/dot_s16.h"
#include "nn/requantize_s16.h"
#include "nn/window_run.h"

// One output channel after the other: its factor is made once. A machine's own DotS16 does the
// products.

namespace nn {
namespace {

// The products of one window: `input` is its first tap's first channel of this group.
int64_t SumWindow(const ConvParams& p, const WindowRun& run, const int16_t* input,
                  const int8_t* filter) {
  const bool rows_are_runs = p.dilation_w == 1 && p.filter_c == p.in_c;
  const int32_t pieces = rows_are_runs ? 1 : run.taps;
  const auto length = static_cast<uint32_t>(rows_are_runs ? run.taps * p.in_c : p.filter_c);
  int64_t sum = 0;
  for (int32_t row = 0; row < run.rows; ++row) {
    const int16_t* x = input + row * p.dilation_h * p.in_w * p.in_c;
    const int8_t* w = filter + ((run.ky.first + row) * p.kernel_w + run.kx.first) * p.filter_c;
    for (int32_t piece = 0; piece < pieces; ++piece) {
      sum += DotS16(x, w, length);
      x += p.dilation_w * p.in_c;
      w += p.filter_c;
    }
  }
  return sum;
}

}  // namespace

void ConvS16(const ConvS16Params& params, const ChannelScales& scales, const int16_t* input,
             const int8_t* filter, const Bias64* bias, int16_t* output) {
  const ConvParams& p = params.shape;
  const int32_t group_channels = p.out_c / (p.in_c / p.filter_c);
  int32_t in_channel = 0;  // the first one of the group
  int32_t left_of_group = group_channels;
  for (int32_t channel = 0; channel < p.out_c; ++channel) {
    const Requant requant = ChannelRequant(scales, static_cast<uint32_t>(channel));
    const int16_t* image = input + in_channel;
    int16_t* out = output + channel;
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      ForEachWindowRun(p, [&](const WindowRun& run) {
        const int16_t* x = image + run.origin * p.in_c;
        for (int32_t pixel = 0; pixel < run.pixels; ++pixel) {
          const int64_t sum = SumWindow(p, run, x, filter) + (bias ? bias[channel] : 0);
          *out = RequantizeS64To16(sum, requant, params.out_min, params.out_max);
          x += p.stride_w * p.in_c;
          out += p.out_c;
        }
      });
      image += p.in_h * p.in_w * p.in_c;
    }
    filter += p.kernel_h * p.kernel_w * p.filter_c;
    if (--left_of_group == 0) {
      left_of_group = group_channels;
      in_channel += p.filter_c;
    }
  }
}

}  // namespace nn
