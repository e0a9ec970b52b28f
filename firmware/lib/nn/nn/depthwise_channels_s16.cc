#include "nn/depthwise_channels_s16.h"

#include "nn/dot_s16.h"
#include "nn/requantize_s16.h"
#include "nn/window_run.h"

namespace nn {
namespace {

int64_t SumWindow(const ConvParams& p, const WindowRun& run, const int16_t* input,
                  const int8_t* filter) {
  const int32_t x_step = p.dilation_w * p.in_c;
  int64_t sum = 0;
  int32_t part = 0;
  uint32_t room = kDotS16Run;  // products that `part` still takes
  for (int32_t row = 0; row < run.rows; ++row) {
    const int16_t* x = input + row * p.dilation_h * p.in_w * p.in_c;
    const int8_t* w = filter + ((run.ky.first + row) * p.kernel_w + run.kx.first) * p.out_c;
    for (int32_t tap = 0; tap < run.taps; ++tap, x += x_step, w += p.out_c) {
      part += *x * *w;
      if (--room == 0) {
        sum += part;
        part = 0;
        room = kDotS16Run;
      }
    }
  }
  return sum + part;
}

}  // namespace

void DepthwiseChannelsS16(const ConvS16Params& params, const ChannelScales& scales, int32_t first,
                          int32_t end, const int16_t* input, const int8_t* filter,
                          const Bias64* bias, int16_t* output) {
  const ConvParams& p = params.shape;
  for (int32_t channel = first; channel < end; ++channel) {
    const Requant requant = ChannelRequant(scales, static_cast<uint32_t>(channel));
    const int16_t* image = input + channel / p.filter_c;
    int16_t* out = output + channel;
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      ForEachWindowRun(p, [&](const WindowRun& run) {
        const int16_t* x = image + run.origin * p.in_c;
        for (int32_t pixel = 0; pixel < run.pixels; ++pixel) {
          const int64_t sum = SumWindow(p, run, x, filter + channel) + (bias ? bias[channel] : 0);
          *out = RequantizeS64To16(sum, requant, params.out_min, params.out_max);
          x += p.stride_w * p.in_c;
          out += p.out_c;
        }
      });
      image += p.in_h * p.in_w * p.in_c;
    }
  }
}

}  // namespace nn
