#if !__ARM_ARCH_6M__
// What surrounds the assembler is worth fewer bytes; on Armv6-M it takes more of the time.
#pragma GCC optimize("Os")
#endif

#include "nn/depthwise_conv_s8.h"
#include "nn/scalar.h"

namespace nn {

// Only for what the other kernels leave: small rather than fast.
[[gnu::optimize("Os")]] void DepthwiseChannelS8(const ConvParams& p, const ChannelScales& scales,
                                                int32_t channel, const int8_t* input,
                                                const int8_t* filter, const int32_t* bias,
                                                int8_t* output) {
  const int32_t in_c = p.in_c;
  const int32_t out_c = p.out_c;
  const int32_t channel_bias = bias ? bias[channel] : 0;
  const Requant requant = ChannelRequant(scales, static_cast<uint32_t>(channel));
  int8_t* out = output + channel;
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    const int8_t* const image = input + batch * p.in_h * p.in_w * in_c + channel / p.filter_c;
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y) {
      const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
      const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, p.dilation_h, p.in_h);
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x, out += out_c) {
        const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
        const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, p.dilation_w, p.in_w);
        int32_t acc = channel_bias;
        for (int32_t ky = ky_range.first; ky < ky_range.end; ++ky) {
          const int8_t* x =
              image +
              ((in_y0 + ky * p.dilation_h) * p.in_w + in_x0 + kx_range.first * p.dilation_w) * in_c;
          const int8_t* w = filter + (ky * p.kernel_w + kx_range.first) * out_c + channel;
          for (int32_t kx = kx_range.first; kx < kx_range.end; ++kx) {
            acc += (*x - p.in_zero_point) * *w;
            x += p.dilation_w * in_c;
            w += out_c;
          }
        }
        *out = static_cast<int8_t>(
            Clamp(ApplyRequant(acc, requant) + p.out_zero_point, p.out_min, p.out_max));
      }
    }
  }
}

#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

// Three output pixels at a time that use the same taps, channel after channel: a weight is loaded
// once for all three. The zero point is taken off through the sum of the weights.

namespace {

constexpr int32_t kPixels = 3;

// What ComputePixels works on; it knows the offsets. Some fields advance.
struct PixelGroup {
  const int8_t* input;  // the first pixel's first tap in the first channel
  const int8_t* weights;
  int32_t tap_step;          // from tap to tap, bytes of input
  int32_t pixel_step;        // from pixel to pixel; 0, as output_step: there is only one
  int32_t weights_step;      // from tap to tap
  int32_t row_step;          // from a row of taps to the next, bytes of input
  int32_t weights_row_step;  // the same in bytes of weights
  int32_t taps;              // in a row, at least 1
  int32_t rows;              // of taps, at least 1
  int32_t in_zero_point;
  const FastChannel* channels;
  int32_t count;  // of channels, at least 1
  int8_t* output;
  int32_t output_step;  // from pixel to pixel
};

#if __ARM_ARCH_6M__
// Per 9 MACs of a row of three taps: 9 LDRSB, 9 MULS and 9 ADD, 3 LDRB, 3 SXTB, 3 ADD (sum of
// weights), 15 for the walk.
[[gnu::naked, gnu::noipa]] void ComputePixels(PixelGroup* /*group*/) {
#define MCUFORGE_TAP     \
  "ldrb r4, [r1]\n"      \
  "sxtb r4, r4\n"        \
  "add r1, lr\n"         \
  "add r11, r4\n"        \
  "ldrsb r5, [r0, r2]\n" \
  "muls r5, r4\n"        \
  "add r8, r5\n"         \
  "ldrsb r5, [r0, r3]\n" \
  "muls r5, r4\n"        \
  "add r9, r5\n"         \
  "ldrsb r5, [r0, r6]\n" \
  "muls r5, r4\n"        \
  "add r10, r5\n"        \
  "add r0, r12\n"
  asm volatile(
      ".syntax unified\n"
      "push {r4-r7, lr}\n"
      "mov r4, r8\n"
      "mov r5, r9\n"
      "mov r6, r10\n"
      "mov r7, r11\n"
      "push {r4-r7}\n"
      "ldr r4, [r0, #16]\n"
      "mov lr, r4\n"
      // From the end of a row of taps to the next one.
      "ldr r5, [r0, #28]\n"
      "muls r4, r5\n"
      "ldr r3, [r0, #24]\n"
      "subs r3, r3, r4\n"
      "ldr r4, [r0, #8]\n"
      "muls r4, r5\n"
      "ldr r2, [r0, #20]\n"
      "subs r2, r2, r4\n"
      "mov r4, r5\n"
      "push {r0, r2-r5}\n"  // sp: group, row steps, rows left, taps
      "1:\n"                // a channel
      "ldr r5, [sp]\n"
      "ldm r5!, {r0, r1, r4}\n"
      "mov r12, r4\n"
      "ldr r2, [r5]\n"
      "lsls r3, r2, #1\n"
      "adds r6, r3, r2\n"
      "subs r0, r0, r2\n"
      "movs r4, #0\n"
      "mov r8, r4\n"
      "mov r9, r4\n"
      "mov r10, r4\n"
      "mov r11, r4\n"
      "ldr r4, [r5, #20]\n"
      "str r4, [sp, #12]\n"
      "2:\n"  // a row of taps
      "ldr r7, [sp, #16]\n"
      "cmp r7, #3\n"
      "bne 3f\n" MCUFORGE_TAP MCUFORGE_TAP
      "movs r7, #1\n"
      "3:\n" MCUFORGE_TAP
      "subs r7, #1\n"
      "bne 3b\n"
      "ldr r4, [sp, #4]\n"
      "adds r0, r4\n"
      "ldr r4, [sp, #8]\n"
      "adds r1, r4\n"
      "ldr r4, [sp, #12]\n"
      "subs r4, #1\n"
      "str r4, [sp, #12]\n"
      "bne 2b\n"
      "ldr r6, [sp]\n"
      "ldr r0, [r6, #36]\n"
      "mov r1, r11\n"
      "muls r0, r1\n"
      "ldr r2, [r6, #40]\n"
      "ldm r2!, {r1, r3, r4, r7}\n"
      "str r2, [r6, #40]\n"
      "subs r1, r1, r0\n"
      "add r8, r1\n"
      "add r9, r1\n"
      "add r10, r1\n"
      "mov r11, r4\n"
      "lsrs r5, r3, #16\n"
      "uxth r4, r3\n"
      "movs r0, #1\n"
      "lsls r0, r0, #14\n"
      "mov r12, r0\n"
      "ldr r3, [r6, #48]\n"
      "ldr r6, [r6, #52]\n"
      "mov r0, r8\n" MCUFORGE_V6M_OUTPUT("r12", "r11", "r6")
      "mov r0, r9\n" MCUFORGE_V6M_OUTPUT("r12", "r11", "r6")
      "mov r0, r10\n" MCUFORGE_V6M_OUTPUT("r12", "r11", "r6")
      "ldr r5, [sp]\n"
      "ldr r0, [r5]\n"
      "adds r0, #1\n"
      "str r0, [r5]\n"
      "ldr r0, [r5, #4]\n"
      "adds r0, #1\n"
      "str r0, [r5, #4]\n"
      "ldr r0, [r5, #48]\n"
      "adds r0, #1\n"
      "str r0, [r5, #48]\n"
      "ldr r0, [r5, #44]\n"
      "subs r0, #1\n"
      "str r0, [r5, #44]\n"
      "beq 4f\n"
      "b 1b\n"
      "4:\n"
      "add sp, #20\n"
      "pop {r4-r7}\n"
      "mov r8, r4\n"
      "mov r9, r5\n"
      "mov r10, r6\n"
      "mov r11, r7\n"
      "pop {r4-r7, pc}\n");
#undef MCUFORGE_TAP
}
#elif __ARM_ARCH_7M__
// Per 9 MACs of a row of three taps: 12 LDRSB, 9 MLA, 3 ADD (sum of weights), 8 for the walk. A
// single pixel: 6 LDRSB, 3 MLA, 3 ADD, 5 for the walk.
[[gnu::naked, gnu::noipa]] void ComputePixels(PixelGroup* /*group*/) {
// One weight, at `at` from r1, for the taps that r0 points to.
#define MCUFORGE_TAP(at)         \
  "ldrsb r8, [r1" at             \
  "]\n"                          \
  "ldrsb r9, [r0]\n"             \
  "mla r5, r9, r8, r5\n"         \
  "ldrsb r9, [r0, r3]\n"         \
  "mla r6, r9, r8, r6\n"         \
  "ldrsb r9, [r0, r3, lsl #1]\n" \
  "mla r7, r9, r8, r7\n"         \
  "add r12, r8\n"
#define MCUFORGE_ONE_PIXEL(weight_at, at) \
  "ldrsb r8, [r1" weight_at               \
  "]\n"                                   \
  "ldrsb r9, [r0" at                      \
  "]\n"                                   \
  "mla r5, r9, r8, r5\n"                  \
  "add r12, r8\n"
// From accumulator to output: r10 multiplier, r11 addend, r3 right; see conv_s8__scalar.cc.
#define MCUFORGE_OUTPUT(acc, at) \
  "add " acc                     \
  ", r12\n"                      \
  "lsl " acc ", " acc            \
  ", #1\n"                       \
  "mov r8, #0x80000000\n"        \
  "add r9, r11, " acc            \
  ", asr #31\n"                  \
  "smlal r8, r9, " acc           \
  ", r10\n"                      \
  "asr r9, r3\n"                 \
  "ssat r9, #8, r9\n"            \
  "strb r9, [r0" at "]\n"
  asm volatile(
      "push {r4-r11, lr}\n"
      "mov lr, r0\n"
      "1:\n"  // a channel
      "ldm lr, {r0-r4}\n"
      "ldrd r10, r11, [lr, #28]\n"
      "mov r5, #0\n"
      "mov r6, #0\n"
      "mov r7, #0\n"
      "mov r12, #0\n"
      "cmp r10, #3\n"
      "bne 3f\n"
      "cbnz r3, 2f\n"
      "6:\n"  // a row of three taps, one pixel
      MCUFORGE_ONE_PIXEL("", "")
      MCUFORGE_ONE_PIXEL(", r4", ", r2")
      MCUFORGE_ONE_PIXEL(", r4, lsl #1", ", r2, lsl #1")
      "ldrd r8, r9, [lr, #20]\n"
      "add r1, r9\n"
      "add r0, r8\n"
      "subs r11, #1\n"
      "bne 6b\n"
      "b 5f\n"
      "2:\n"  // a row of three taps
      MCUFORGE_TAP("")
      "add r0, r2\n"
      MCUFORGE_TAP(", r4")
      "add r0, r2\n"
      MCUFORGE_TAP(", r4, lsl #1")
      "ldrd r8, r9, [lr, #20]\n"
      "sub r0, r0, r2, lsl #1\n"
      "add r1, r9\n"
      "add r0, r8\n"
      "subs r11, #1\n"
      "bne 2b\n"
      "b 5f\n"
      "3:\n"  // any row
      "push {r0, r1}\n"
      "4:\n"
      MCUFORGE_TAP("")
      "add r0, r2\n"
      "add r1, r4\n"
      "subs r10, #1\n"
      "bne 4b\n"
      "pop {r0, r1}\n"
      "ldrd r8, r9, [lr, #20]\n"
      "ldr r10, [lr, #28]\n"
      "add r0, r8\n"
      "add r1, r9\n"
      "subs r11, #1\n"
      "bne 3b\n"
      "5:\n"
      "ldrd r8, r9, [lr, #36]\n"
      "ldrd r0, r1, [lr, #48]\n"
      "ldm r9!, {r2, r10, r11}\n"
      "ldr r3, [r9], #4\n"
      "mls r12, r8, r12, r2\n"
      "str r9, [lr, #40]\n"
      MCUFORGE_OUTPUT("r5", "")
      "cbz r1, 7f\n"
      MCUFORGE_OUTPUT("r6", ", r1")
      MCUFORGE_OUTPUT("r7", ", r1, lsl #1")
      "7:\n"
      "ldrd r2, r3, [lr]\n"
      "ldr r10, [lr, #44]\n"
      "add r0, #1\n"
      "add r2, #1\n"
      "add r3, #1\n"
      "subs r10, #1\n"
      "strd r2, r3, [lr]\n"
      "str r10, [lr, #44]\n"
      "str r0, [lr, #48]\n"
      "bne 1b\n"
      "pop {r4-r11, pc}\n");
#undef MCUFORGE_OUTPUT
#undef MCUFORGE_ONE_PIXEL
#undef MCUFORGE_TAP
}
#else
void ComputePixels(PixelGroup* group) {
  const PixelGroup& g = *group;
  for (int32_t c = 0; c < g.count; ++c) {
    int32_t acc[kPixels] = {};
    int32_t sum = 0;
    const int8_t* x_row = g.input + c;
    const int8_t* w_row = g.weights + c;
    for (int32_t row = 0; row < g.rows; ++row) {
      const int8_t* x = x_row;
      const int8_t* w = w_row;
      for (int32_t tap = 0; tap < g.taps; ++tap) {
        sum += *w;
        for (int32_t i = 0; i < kPixels; ++i) {
          acc[i] += x[i * g.pixel_step] * *w;
        }
        x += g.tap_step;
        w += g.weights_step;
      }
      x_row += g.row_step;
      w_row += g.weights_row_step;
    }
    const int32_t start = g.channels[c].bias - g.in_zero_point * sum;
    for (int32_t i = 0; i < kPixels; ++i) {
      g.output[c + i * g.output_step] = FastOutput(start + acc[i], g.channels[c]);
    }
  }
}
#endif

// How many outputs from `first` on use the same taps of one axis as it does: those that use all
// `kernel` taps, or one.
int32_t CountAlike(int32_t first, int32_t outputs, int32_t stride, int32_t pad, int32_t kernel,
                   int32_t dilation, int32_t extent) {
  const int32_t origin = first * stride - pad;
  int32_t last_tap = origin + (kernel - 1) * dilation;
  int32_t count = 1;
  if (origin >= 0 && last_tap < extent) {
    while (first + count < outputs && (last_tap += stride) < extent) {
      ++count;
    }
  }
  return count;
}

// `pixels` in a line, from the group's input and output on.
void ComputeLine(const PixelGroup& line, int32_t pixels) {
  for (int32_t pixel = 0; pixel < pixels;) {
    PixelGroup group = line;
    int32_t first = pixel;
    if (pixels < kPixels) {
      group.pixel_step = group.output_step = 0;
      ++pixel;
    } else {  // the last three start early enough to be whole
      first = pixel + kPixels <= pixels ? pixel : pixels - kPixels;
      pixel += kPixels;
    }
    group.input += first * line.pixel_step;
    group.output += first * line.output_step;
    ComputePixels(&group);
  }
}

// The same where no tap meets the input.
void FillLine(const PixelGroup& line, int32_t pixels) {
  for (int32_t c = 0; c < line.count; ++c) {
    for (int32_t pixel = 0; pixel < pixels; ++pixel) {
      line.output[pixel * line.output_step + c] =
          FastOutput(line.channels[c].bias, line.channels[c]);
    }
  }
}

// Some channels of one image, all fast.
void ComputeImage(const ConvParams& p, PixelGroup group, const int8_t* image, const int8_t* weights,
                  int8_t* output) {
  const int32_t channels = p.out_c;
  group.tap_step = p.dilation_w * channels;
  group.row_step = p.dilation_h * p.in_w * channels;
  group.weights_step = channels;
  group.weights_row_step = p.kernel_w * channels;
  for (int32_t out_y = 0, height; out_y < p.out_h; out_y += height) {
    const int32_t in_y0 = out_y * p.stride_h - p.pad_top;
    const TapRange ky_range = ClipTaps(in_y0, p.kernel_h, p.dilation_h, p.in_h);
    height = CountAlike(out_y, p.out_h, p.stride_h, p.pad_top, p.kernel_h, p.dilation_h, p.in_h);
    group.rows = ky_range.end - ky_range.first;
    for (int32_t out_x = 0, width; out_x < p.out_w; out_x += width) {
      const int32_t in_x0 = out_x * p.stride_w - p.pad_left;
      const TapRange kx_range = ClipTaps(in_x0, p.kernel_w, p.dilation_w, p.in_w);
      width = CountAlike(out_x, p.out_w, p.stride_w, p.pad_left, p.kernel_w, p.dilation_w, p.in_w);
      group.taps = kx_range.end - kx_range.first;
      // Lines go along the longer side.
      const bool across = width >= kPixels || width >= height;
      const int32_t length = across ? width : height;
      const int32_t lines = across ? height : width;
      const int32_t in_steps[2] = {p.stride_w * channels, p.stride_h * p.in_w * channels};
      const int32_t out_steps[2] = {channels, p.out_w * channels};
      group.pixel_step = in_steps[across ? 0 : 1];
      group.output_step = out_steps[across ? 0 : 1];
      group.weights = weights + (ky_range.first * p.kernel_w + kx_range.first) * channels;
      group.input = image + ((in_y0 + ky_range.first * p.dilation_h) * p.in_w + in_x0 +
                             kx_range.first * p.dilation_w) *
                                channels;
      group.output = output + (out_y * p.out_w + out_x) * channels;
      const bool padding_alone = group.rows == 0 || group.taps == 0;  // in a dilated window
      for (int32_t line = 0; line < lines; ++line) {
        if (padding_alone) {
          FillLine(group, length);
        } else {
          ComputeLine(group, length);
        }
        group.input += in_steps[across ? 1 : 0];
        group.output += out_steps[across ? 1 : 0];
      }
    }
  }
}

}  // namespace

void DepthwiseConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  FastChannel* const channels = static_cast<FastChannel*>(scratch);
  PixelGroup group;
  group.in_zero_point = p.in_zero_point;
  group.channels = channels;
  for (int32_t first = 0; first < p.out_c; first += group.count) {
    const int32_t left = p.out_c - first;
    group.count = left < kDepthwiseConvS8ScalarBlock ? left : kDepthwiseConvS8ScalarBlock;
    bool fast = p.filter_c == 1;
    for (int32_t c = first; c < first + group.count; ++c) {
      fast = fast &&
             MakeFastChannel(ChannelRequant(scales, static_cast<uint32_t>(c)), bias ? bias[c] : 0,
                             static_cast<uint32_t>(p.kernel_h * p.kernel_w), p.out_zero_point,
                             &channels[c - first]);
    }
    if (!fast) {
      for (int32_t c = first; c < first + group.count; ++c) {
        DepthwiseChannelS8(p, scales, c, input, filter, bias, output);
      }
      continue;
    }
    for (int32_t batch = 0; batch < p.batches; ++batch) {
      ComputeImage(p, group, input + batch * p.in_h * p.in_w * p.in_c + first, filter + first,
                   output + batch * p.out_h * p.out_w * p.out_c + first);
    }
  }
  ClampAll(output, static_cast<uint32_t>(p.batches * p.out_h * p.out_w * p.out_c), p.out_min,
           p.out_max);
}

#endif  // !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

}  // namespace nn
