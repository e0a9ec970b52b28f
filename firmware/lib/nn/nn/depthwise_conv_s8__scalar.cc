#include "nn/isa.h"

#if MCUFORGE_PORTABLE

// Small rather than fast: what others are compared with, and what the host has.
#pragma GCC optimize("Os")

#include "nn/depthwise_lines_s8.h"

namespace nn {
namespace {

struct Portable {
  static void ComputePixels(PixelGroup* group);
};

void Portable::ComputePixels(PixelGroup* group) {
  const PixelGroup& g = *group;
  for (int32_t c = 0; c < g.count; ++c) {
    int32_t acc[kLinePixels] = {};
    int32_t sum = 0;
    const int8_t* x_row = g.input + c;
    const int8_t* w_row = g.weights + c;
    for (int32_t row = 0; row < g.rows; ++row) {
      const int8_t* x = x_row;
      const int8_t* w = w_row;
      for (int32_t tap = 0; tap < g.taps; ++tap) {
        sum += *w;
        for (int32_t i = 0; i < kLinePixels; ++i) {
          acc[i] += x[i * g.pixel_step] * *w;
        }
        x += g.tap_step;
        w += g.weights_step;
      }
      x_row += g.row_step;
      w_row += g.weights_row_step;
    }
    const int32_t start = g.channels[c].bias - g.in_zero_point * sum;
    for (int32_t i = 0; i < kLinePixels; ++i) {
      g.output[c + i * g.output_step] = FastOutput(start + acc[i], g.channels[c]);
    }
  }
}

}  // namespace

void DepthwiseConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  DepthwiseByLines<Portable, false, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void DepthwiseConvFastS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                         const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  DepthwiseByLines<Portable, true, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void DepthwiseConvBlockStripsS8(const ConvParams& p, const ChannelScales& scales,
                                const int8_t* input, const int8_t* filter, const int32_t* bias,
                                int8_t* output, void* scratch, int32_t rows) {
  DepthwiseByLines<Portable, false, true>(p, scales, input, filter, bias, output, scratch, rows);
}

void DepthwiseConvFastBlockStripsS8(const ConvParams& p, const ChannelScales& scales,
                                    const int8_t* input, const int8_t* filter, const int32_t* bias,
                                    int8_t* output, void* scratch, int32_t rows) {
  DepthwiseByLines<Portable, true, true>(p, scales, input, filter, bias, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_PORTABLE
