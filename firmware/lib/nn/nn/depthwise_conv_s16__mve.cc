#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

#include "nn/depthwise_channels_s16.h"
#include "nn/depthwise_conv_s16.h"
#include "nn/dot_s16.h"
#include "nn/mve.h"
#include "nn/requantize_s16.h"
#include "nn/window_run.h"

// Four channels at a time where each has one output: inputs and weights are widened to 32-bit lanes
// as they are loaded.

namespace nn {
namespace {

constexpr int32_t kLanes = 4;

int32x4_t SumWindow(const ConvParams& p, const WindowRun& run, mve_pred16_t there,
                    const int16_t* input, const int8_t* filter) {
  int32x4_t sum = vdupq_n_s32(0);
  for (int32_t row = 0; row < run.rows; ++row) {
    const int16_t* x = input + row * p.dilation_h * p.in_w * p.in_c;
    const int8_t* w = filter + ((run.ky.first + row) * p.kernel_w + run.kx.first) * p.out_c;
    for (int32_t tap = 0; tap < run.taps; ++tap, x += p.dilation_w * p.in_c, w += p.out_c) {
      sum = vaddq_s32(sum, vmulq_s32(vldrhq_z_s32(x, there), vldrbq_z_s32(w, there)));
    }
  }
  return sum;
}

}  // namespace

void DepthwiseConvS16(const ConvS16Params& params, const ChannelScales& scales,
                      const int16_t* input, const int8_t* filter, const Bias64* bias,
                      int16_t* output) {
  const ConvParams& p = params.shape;
  if (p.filter_c != 1 || static_cast<uint32_t>(p.kernel_h * p.kernel_w) > kDotS16Run) {
    DepthwiseChannelsS16(params, scales, 0, p.out_c, input, filter, bias, output);
    return;
  }
  for (int32_t channel = 0; channel < p.out_c; channel += kLanes) {
    const int32_t lanes = p.out_c - channel < kLanes ? p.out_c - channel : kLanes;
    const mve_pred16_t there = vctp32q(static_cast<uint32_t>(lanes));
    Requant requants[kLanes];
    for (int32_t lane = 0; lane < lanes; ++lane) {
      requants[lane] = ChannelRequant(scales, static_cast<uint32_t>(channel + lane));
    }
    const int16_t* image = input + channel;
    int16_t* out = output + channel;
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      ForEachWindowRun(p, [&](const WindowRun& run) {
        const int16_t* x = image + run.origin * p.in_c;
        for (int32_t pixel = 0; pixel < run.pixels; ++pixel) {
          int32_t sums[kLanes];
          vst1q_s32(sums, SumWindow(p, run, there, x, filter + channel));
          for (int32_t lane = 0; lane < lanes; ++lane) {
            const int64_t sum = sums[lane] + (bias ? bias[channel + lane] : 0);
            out[lane] = RequantizeS64To16(sum, requants[lane], params.out_min, params.out_max);
          }
          x += p.stride_w * p.in_c;
          out += p.out_c;
        }
      });
      image += p.in_h * p.in_w * p.in_c;
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
