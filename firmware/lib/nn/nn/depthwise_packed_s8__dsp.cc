#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

// What surrounds the assembler is worth fewer bytes.
#pragma GCC optimize("Os")

#include "nn/depthwise_packed_s8.h"
#include "nn/strips.h"

namespace nn {
namespace {

// Four channels after four, each ready for all strips.
template <bool kByStrips>
[[gnu::always_inline]] inline void Depthwise(const ConvParams& p, const int32_t* channels,
                                             const int8_t* filter, const int8_t* input,
                                             int8_t* output, void* scratch, int32_t rows) {
  constexpr int32_t kTaps = 9;
  uint32_t* const weights = static_cast<uint32_t*>(scratch);
  uint32_t* const planes = weights + 2 * kTaps;
  for (int32_t channel = 0; channel < p.out_c; channel += 4) {
    FastChannel fast_channels[4];
    for (int32_t i = 0; i < 4; ++i) {
      const int32_t* const packed = channels + 2 * (channel + i);
      fast_channels[i] = ReadyChannel(packed[0], packed[1], p.out_zero_point);
    }
    WidenTaps(filter + channel, kTaps, p.out_c, weights);
    InStrips<kByStrips>(
        p, input, output, rows, [&](const ConvParams& strip, const int8_t* in, int8_t* out) {
          for (int32_t batch = 0; batch < strip.batches; ++batch) {
            DepthwisePlanesS8(strip, fast_channels, reinterpret_cast<const int16_t*>(weights),
                              in + channel, out + channel, planes);
            in += strip.in_h * strip.in_w * p.out_c;
            out += strip.out_h * strip.out_w * p.out_c;
          }
        });
  }
  ClampAll(output, static_cast<uint32_t>(p.batches * p.out_h * p.out_w * p.out_c), p.out_min,
           p.out_max);
}

}  // namespace

void DepthwisePackedS8(const ConvParams& p, const int32_t* channels, const int8_t* filter,
                       const int8_t* input, int8_t* output, void* scratch) {
  Depthwise<false>(p, channels, filter, input, output, scratch, 0);
}

void DepthwisePackedBlockStripsS8(const ConvParams& p, const int32_t* channels,
                                  const int8_t* filter, const int8_t* input, int8_t* output,
                                  void* scratch, int32_t rows) {
  Depthwise<true>(p, channels, filter, input, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
