#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

#include "nn/depthwise_channels_s16.h"
#include "nn/depthwise_conv_s16.h"
#include "nn/dot_s16.h"
#include "nn/dsp.h"
#include "nn/requantize_s16.h"
#include "nn/window_run.h"

// Two channels at a time where each has one output, of each two taps of a kernel row by SMLAD.

namespace nn {
namespace {

struct Pair {
  int32_t first, second;
};

inline uint32_t LoadPair(const int16_t* from) {
  uint32_t pair;
  std::memcpy(&pair, from, sizeof(pair));
  return pair;
}

inline int32_t MultiplyPairs(uint32_t a, uint32_t b, int32_t sum) {
  return __smlad(static_cast<int16x2_t>(a), static_cast<int16x2_t>(b), sum);
}

Pair SumWindow(const ConvParams& p, const WindowRun& run, const int16_t* input,
               const int8_t* filter) {
  const int32_t x_step = p.dilation_w * p.in_c;
  const int32_t w_step = p.out_c;
  Pair sum{0, 0};
  for (int32_t row = 0; row < run.rows; ++row) {
    const int16_t* x = input + row * p.dilation_h * p.in_w * p.in_c;
    const int8_t* w = filter + ((run.ky.first + row) * p.kernel_w + run.kx.first) * w_step;
    for (int32_t twos = run.taps >> 1; twos != 0; --twos) {
      const uint32_t here = LoadPair(x);
      const uint32_t next = LoadPair(x + x_step);
      const uint32_t of_first = (here & 0xffff) | (next << 16);
      const uint32_t of_second = (here >> 16) | (next & 0xffff0000);
      sum.first = MultiplyPairs(of_first, Halfwords(w[0], w[w_step]), sum.first);
      sum.second = MultiplyPairs(of_second, Halfwords(w[1], w[w_step + 1]), sum.second);
      x += 2 * x_step;
      w += 2 * w_step;
    }
    if (run.taps & 1) {
      sum.first += x[0] * w[0];
      sum.second += x[1] * w[1];
    }
  }
  return sum;
}

}  // namespace

void DepthwiseConvS16(const ConvS16Params& params, const ChannelScales& scales,
                      const int16_t* input, const int8_t* filter, const Bias64* bias,
                      int16_t* output) {
  const ConvParams& p = params.shape;
  const bool by_pairs =
      p.filter_c == 1 && static_cast<uint32_t>(p.kernel_h * p.kernel_w) <= kDotS16Run;
  const int32_t paired = by_pairs ? p.out_c & ~1 : 0;
  for (int32_t channel = 0; channel < paired; channel += 2) {
    const Requant first = ChannelRequant(scales, static_cast<uint32_t>(channel));
    const Requant second = ChannelRequant(scales, static_cast<uint32_t>(channel) + 1);
    const int64_t bias_first = bias ? bias[channel] : 0;
    const int64_t bias_second = bias ? bias[channel + 1] : 0;
    const int16_t* image = input + channel;
    int16_t* out = output + channel;
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      ForEachWindowRun(p, [&](const WindowRun& run) {
        const int16_t* x = image + run.origin * p.in_c;
        for (int32_t pixel = 0; pixel < run.pixels; ++pixel) {
          const Pair sum = SumWindow(p, run, x, filter + channel);
          out[0] = RequantizeS64To16(sum.first + bias_first, first, params.out_min, params.out_max);
          out[1] =
              RequantizeS64To16(sum.second + bias_second, second, params.out_min, params.out_max);
          x += p.stride_w * p.in_c;
          out += p.out_c;
        }
      });
      image += p.in_h * p.in_w * p.in_c;
    }
  }
  DepthwiseChannelsS16(params, scales, paired, p.out_c, input, filter, bias, output);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
