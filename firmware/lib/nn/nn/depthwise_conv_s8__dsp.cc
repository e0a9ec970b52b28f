#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

// What surrounds the assembler is worth fewer bytes.
#pragma GCC optimize("Os")

#include <cstddef>

#include "nn/depthwise_channel_s8.h"
#include "nn/depthwise_conv_s8.h"
#include "nn/dsp.h"
#include "nn/strips.h"

// Four channels at a time, each with its own accumulator. Their weights are widened once for the
// whole image. Per tap and 4 MACs: 1 LDR and 2 SXTAB16 (inputs), 1 LDRD (weights), 4 SMLABB/SMLATT
// = 8 instructions, and 3 for the walk.

namespace nn {
namespace {

// What ComputePixels works on; it knows the offsets. A run of output pixels of one row that use the
// same taps.
struct PixelRun {
  const int8_t* input;          // the first pixel's first tap
  const uint32_t* weights;      // its weights: even channels as two int16, then odd ones
  int32_t tap_step;             // from tap to tap, bytes of input
  int32_t taps;                 // in a row, at least 1
  int32_t rows;                 // of taps, at least 1
  int32_t row_step;             // from the end of a row of taps to the next row, bytes of input
  int32_t weights_step;         // the same in bytes of weights
  const FastChannel* channels;  // 4
  uint32_t offset;              // minus the zero point, in both halfwords
  int8_t* output;
  int32_t output_step;  // from pixel to pixel
  int32_t input_step;   // the same for the input
  int32_t pixels;       // at least 1
};

// What the assembler knows by number.
static_assert(offsetof(PixelRun, input) == 0);
static_assert(offsetof(PixelRun, weights) == 4);
static_assert(offsetof(PixelRun, tap_step) == 8);
static_assert(offsetof(PixelRun, taps) == 12);
static_assert(offsetof(PixelRun, rows) == 16);
static_assert(offsetof(PixelRun, row_step) == 20);
static_assert(offsetof(PixelRun, weights_step) == 24);
static_assert(offsetof(PixelRun, channels) == 28);
static_assert(offsetof(PixelRun, offset) == 32);
static_assert(offsetof(PixelRun, output) == 36);
static_assert(offsetof(PixelRun, output_step) == 40);
static_assert(offsetof(PixelRun, input_step) == 44);
static_assert(offsetof(PixelRun, pixels) == 48);
static_assert(offsetof(FastChannel, bias) == 0);
static_assert(offsetof(FastChannel, multiplier) == 4);
static_assert(offsetof(FastChannel, addend) == 8);
static_assert(offsetof(FastChannel, right) == 12);
static_assert(sizeof(FastChannel) == 16);

[[gnu::naked, gnu::noipa]] void ComputePixels(PixelRun* /*run*/) {
  // clang-format off
#define MCUFORGE_OUTPUT(acc, at)             \
  "ldm r10!, {r2, r3, r11, r12}\n"           \
  "add " acc ", " acc ", " acc "\n"          \
  "smmulr " acc ", " acc ", r3\n"            \
  "add " acc ", " acc ", " acc ", asr #31\n" \
  "add " acc ", " acc ", r11\n"              \
  "asr " acc ", " acc ", r12\n"              \
  "ssat " acc ", #8, " acc "\n"              \
  "strb " acc ", [r1, " at "]\n"
  asm volatile(
      "push {r4-r11, lr}\n"
      "sub sp, #4\n"
      "1:\n"  // a pixel
      "ldr r12, [r0, #28]\n"
      "ldr r5, [r12]\n"
      "ldr r6, [r12, #16]\n"
      "ldr r7, [r12, #32]\n"
      "ldr r8, [r12, #48]\n"
      "ldr r9, [r0, #32]\n"
      "ldr r3, [r0, #16]\n"
      "ldrd r1, r2, [r0]\n"
      "ldr r4, [r0, #8]\n"
      "2:\n"  // a row of taps
      "str r3, [sp]\n"
      "ldr r3, [r0, #12]\n"
      "3:\n"  // a tap
      "ldr r10, [r1]\n"
      "ldrd r12, lr, [r2], #8\n"
      "sxtab16 r11, r9, r10, ror #8\n"
      "sxtab16 r10, r9, r10\n"
      "add r1, r4\n"
      "smlabb r5, r10, r12, r5\n"
      "smlatt r7, r10, r12, r7\n"
      "smlabb r6, r11, lr, r6\n"
      "smlatt r8, r11, lr, r8\n"
      "subs r3, #1\n"
      "bne 3b\n"
      "ldrd r10, r11, [r0, #20]\n"
      "ldr r3, [sp]\n"
      "add r1, r10\n"
      "add r2, r11\n"
      "subs r3, #1\n"
      "bne 2b\n"
      "ldr r10, [r0, #28]\n"
      "ldr r1, [r0, #36]\n"
      MCUFORGE_OUTPUT("r5", "#0")
      MCUFORGE_OUTPUT("r6", "#1")
      MCUFORGE_OUTPUT("r7", "#2")
      MCUFORGE_OUTPUT("r8", "#3")
      "ldrd r2, r3, [r0, #40]\n"
      "ldr r4, [r0, #48]\n"
      "add r1, r2\n"
      "ldr r5, [r0]\n"
      "subs r4, #1\n"
      "str r1, [r0, #36]\n"
      "add r5, r3\n"
      "str r4, [r0, #48]\n"
      "str r5, [r0]\n"
      "bne 1b\n"
      "add sp, #4\n"
      "pop {r4-r11, pc}\n");
#undef MCUFORGE_OUTPUT
  // clang-format on
}

// Four channels after four. kByStrips: DepthwiseConvBlockStripsS8.
template <bool kByStrips>
[[gnu::always_inline]] inline void Depthwise(const ConvParams& p, const ChannelScales& scales,
                                             const int8_t* input, const int8_t* filter,
                                             const int32_t* bias, int8_t* output, void* scratch,
                                             int32_t rows) {
  const int32_t channels = p.out_c;
  FastChannel* const fast_channels = static_cast<FastChannel*>(scratch);
  uint32_t* const weights = reinterpret_cast<uint32_t*>(fast_channels + 4);
  const int32_t taps = p.kernel_h * p.kernel_w;
  const bool by_plane = DepthwiseConvS8ByPlane(p);
  PixelRun run;
  run.tap_step = p.dilation_w * channels;
  run.channels = fast_channels;
  run.offset = TwoHalfwords(-p.in_zero_point);
  run.output_step = channels;
  run.input_step = p.stride_w * channels;
  for (int32_t first = 0; first < channels; first += 4) {
    // The last four start early enough to be whole; what they compute again comes out the same.
    const int32_t channel = first + 4 <= channels ? first : channels - 4;
    int32_t fast = 0;
    for (int32_t i = 0; i < 4; ++i) {
      // One that is not fast is computed with its neighbours all the same, as nothing, then again.
      fast_channels[i] = FastChannel{};
      fast += MakeFastChannel(ChannelRequant(scales, static_cast<uint32_t>(channel + i)),
                              bias ? bias[channel + i] : 0, static_cast<uint32_t>(taps),
                              p.out_zero_point, &fast_channels[i]);
    }
    WidenTaps(filter + channel, taps, channels, weights);
    InStrips<kByStrips>(
        p, input, output, rows, [&](const ConvParams& strip, const int8_t* in, int8_t* out) {
          int8_t* const all = out;
          out += channel;
          for (int32_t batch = 0; fast != 0 && batch < strip.batches; ++batch) {
            const int8_t* const image = in + batch * strip.in_h * strip.in_w * channels + channel;
            if (by_plane) {
              DepthwisePlanesS8(strip, fast_channels, reinterpret_cast<const int16_t*>(weights),
                                image, out, weights + 2 * taps, first - channel);
              out += strip.out_h * strip.out_w * channels;
              continue;
            }
            for (int32_t out_y = 0; out_y < strip.out_h; ++out_y) {
              const int32_t in_y0 = out_y * strip.stride_h - strip.pad_top;
              const TapRange ky_range =
                  ClipTaps(in_y0, strip.kernel_h, strip.dilation_h, strip.in_h);
              for (int32_t out_x = 0; out_x < strip.out_w;) {
                const int32_t in_x0 = out_x * strip.stride_w - strip.pad_left;
                const TapRange kx_range =
                    ClipTaps(in_x0, strip.kernel_w, strip.dilation_w, strip.in_w);
                run.taps = kx_range.end - kx_range.first;
                run.pixels = 1;
                if (run.taps == strip.kernel_w) {
                  // The pixels that follow use all taps too, up to where the last tap leaves the
                  // input.
                  int32_t last_x = in_x0 + (strip.kernel_w - 1) * strip.dilation_w + strip.stride_w;
                  for (; out_x + run.pixels < strip.out_w && last_x < strip.in_w;
                       last_x += strip.stride_w) {
                    ++run.pixels;
                  }
                }
                out_x += run.pixels;
                run.rows = ky_range.end - ky_range.first;
                run.input = image + ((in_y0 + ky_range.first * strip.dilation_h) * strip.in_w +
                                     in_x0 + kx_range.first * strip.dilation_w) *
                                        channels;
                run.weights = weights + 2 * (ky_range.first * strip.kernel_w + kx_range.first);
                run.row_step =
                    (strip.dilation_h * strip.in_w - run.taps * strip.dilation_w) * channels;
                run.weights_step = 8 * (strip.kernel_w - run.taps);
                run.output = out;
                out += run.pixels * channels;
                if (run.taps > 0 && run.rows > 0) {
                  ComputePixels(&run);
                } else {
                  // A dilated window whose every tap is padding.
                  for (; run.pixels > 0; --run.pixels, run.output += channels) {
                    for (int32_t i = 0; i < 4; ++i) {
                      run.output[i] = FastOutput(fast_channels[i].bias, fast_channels[i]);
                    }
                  }
                }
              }
            }
          }
          for (int32_t i = 0; fast != 4 && i < 4; ++i) {
            if (fast_channels[i].right == 0) {
              DepthwiseChannelS8(strip, scales, channel + i, in, filter, bias, all);
            }
          }
        });
  }
  ClampAll(output, static_cast<uint32_t>(p.batches * p.out_h * p.out_w * channels), p.out_min,
           p.out_max);
}

}  // namespace

void DepthwiseConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  if (DepthwiseConvS8ByFour(p)) {
    Depthwise<false>(p, scales, input, filter, bias, output, scratch, 0);
    return;
  }
  for (int32_t channel = 0; channel < p.out_c; ++channel) {
    DepthwiseChannelS8(p, scales, channel, input, filter, bias, output);
  }
}

void DepthwiseConvBlockStripsS8(const ConvParams& p, const ChannelScales& scales,
                                const int8_t* input, const int8_t* filter, const int32_t* bias,
                                int8_t* output, void* scratch, int32_t rows) {
  Depthwise<true>(p, scales, input, filter, bias, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
