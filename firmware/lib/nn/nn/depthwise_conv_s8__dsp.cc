#if MCUFORGE_ISA_DSP

#include "nn/depthwise_conv_s8.h"
#include "nn/dsp.h"

// Four channels at a time, each with its own accumulator. Their weights are widened once for the whole image. Per tap
// and 4 MACs: 1 LDR and 2 SXTAB16 (inputs), 1 LDRD (weights), 4 SMLABB/SMLATT = 8 instructions.

namespace nn {
namespace {

struct FourSums {
  int32_t c0, c1, c2, c3;
};

inline void AddTap(const int8_t* x, const uint32_t* weights, uint32_t offset, FourSums* sums) {
  const uint32_t word = LoadWord(x);
  const int32_t even = static_cast<int32_t>(AddEvenBytes(offset, word));
  const int32_t odd = static_cast<int32_t>(AddOddBytes(offset, word));
  const int32_t even_weights = static_cast<int32_t>(weights[0]);
  const int32_t odd_weights = static_cast<int32_t>(weights[1]);
  sums->c0 = __smlabb(even, even_weights, sums->c0);
  sums->c2 = __smlatt(even, even_weights, sums->c2);
  sums->c1 = __smlabb(odd, odd_weights, sums->c1);
  sums->c3 = __smlatt(odd, odd_weights, sums->c3);
}

}  // namespace

void DepthwiseConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input, const int8_t* filter,
                     const int32_t* bias, int8_t* output, void* scratch) {
  if (!DepthwiseConvS8ByFour(p)) {
    for (int32_t channel = 0; channel < p.out_c; ++channel) {
      DepthwiseChannelS8(p, scales, channel, input, filter, bias, output);
    }
    return;
  }
  uint32_t* const weights = static_cast<uint32_t*>(scratch);
  const int32_t channels = p.out_c;
  const int32_t taps = p.kernel_h * p.kernel_w;
  const uint32_t offset = TwoHalfwords(-p.in_zero_point);
  const int32_t step = p.dilation_w * channels;
  for (int32_t first = 0; first < channels; first += 4) {
    // The last four start early enough to be whole; what they compute again comes out the same.
    const int32_t channel = first + 4 <= channels ? first : channels - 4;
    for (int32_t tap = 0; tap < taps; ++tap) {
      const uint32_t word = LoadWord(filter + tap * channels + channel);
      weights[2 * tap] = EvenBytes(word);
      weights[2 * tap + 1] = OddBytes(word);
    }
    Requant requants[4];
    int32_t biases[4];
    bool fast = true;
    for (int32_t i = 0; i < 4; ++i) {
      requants[i] = ChannelRequant(scales, static_cast<uint32_t>(channel + i));
      biases[i] = bias ? bias[channel + i] : 0;
      fast = fast && IsFastRequant(requants[i]) && IsSmallSum(static_cast<uint32_t>(taps), biases[i]);
    }
    int8_t* out = output + channel;
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      const int8_t* const image = input + batch * p.in_h * p.in_w * channels + channel;
      for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
        const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
        const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, p.dilation_h, p.in_h);
        for (int32_t out_x = 0; out_x < p.out_w; ++out_x, out += channels) {
          const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
          const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, p.dilation_w, p.in_w);
          FourSums sums{biases[0], biases[1], biases[2], biases[3]};
          for (int32_t ky = ky_range.first; ky < ky_range.end; ++ky) {
            const int8_t* x = image + ((in_y0 + ky * p.dilation_h) * p.in_w + in_x0) * channels +
                              kx_range.first * step;
            const uint32_t* w = weights + 2 * (ky * p.kernel_w + kx_range.first);
            int32_t count = kx_range.end - kx_range.first;
            for (; count >= 3; count -= 3, x += 3 * step, w += 6) {
              AddTap(x, w, offset, &sums);
              AddTap(x + step, w + 2, offset, &sums);
              AddTap(x + 2 * step, w + 4, offset, &sums);
            }
            for (; count > 0; --count, x += step, w += 2) {
              AddTap(x, w, offset, &sums);
            }
          }
          const int32_t acc[4] = {sums.c0, sums.c1, sums.c2, sums.c3};
#pragma GCC unroll 4
          for (int32_t i = 0; i < 4; ++i) {
            const Requant r = requants[i];
            const int32_t y =
                fast ? ApplyRequantFast(acc[i], r.multiplier, -r.shift, 1 << (-r.shift - 1)) : ApplyRequant(acc[i], r);
            out[i] = static_cast<int8_t>(Clamp(y + p.out_zero_point, p.out_min, p.out_max));
          }
        }
      }
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
