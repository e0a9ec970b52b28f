#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

// The loops are in assembler; what is left to the compiler runs once a pixel or less, and -O2 would
// nearly double it.
#pragma GCC optimize("Os")

#include <cstddef>

#include "nn/depthwise_conv_s8.h"
#include "nn/mve.h"
#include "nn/strips.h"
#include "nn/window_run.h"

// Eight channels at a time as int16; VMULLB and VMULLT give the products of the even and the odd
// channels as int32. Neighbouring pixels that meet as many taps are one run, and a run is computed
// for several octets of channels.

namespace nn {
namespace {

// Eight channels, the even ones before the odd ones. ComputeRun knows the offsets.
struct Octet {
  int32_t bias[2][4];
  int32_t multiplier[2][4];
  int32_t shift[2][4];
  uint16_t in_channel[8];
};
static_assert(sizeof(Octet) == kDepthwiseConvS8MveOctetBytes);

// Pixels of one row that meet the same taps, and the channels to compute. ComputeRun knows the
// offsets; steps are in bytes.
struct Run {
  const int8_t* x;        // of the first pixel's first tap, channel 0
  const int8_t* weights;  // of the first tap and channel
  int8_t* output;
  int32_t pixels;      // at least 1
  int32_t taps, rows;  // rows is 0 where no tap is met
  int32_t tap_step;
  int32_t out_channels;  // also the step of weights and outputs
  int32_t row_step, weights_row_step;
  int32_t pixel_step;
  int32_t offset;  // the input's zero point, negated
  const Octet* octets;
  int32_t channels;
  int32_t out_zero_point, low, high;
  bool scattered;  // several channels read one input
};

// What the assembler knows by number.
static_assert(offsetof(Run, x) == 0);
static_assert(offsetof(Run, weights) == 4);
static_assert(offsetof(Run, output) == 8);
static_assert(offsetof(Run, pixels) == 12);
static_assert(offsetof(Run, taps) == 16);
static_assert(offsetof(Run, rows) == 20);
static_assert(offsetof(Run, tap_step) == 24);
static_assert(offsetof(Run, out_channels) == 28);
static_assert(offsetof(Run, row_step) == 32);
static_assert(offsetof(Run, weights_row_step) == 36);
static_assert(offsetof(Run, pixel_step) == 40);
static_assert(offsetof(Run, offset) == 44);
static_assert(offsetof(Run, octets) == 48);
static_assert(offsetof(Run, channels) == 52);
static_assert(offsetof(Run, out_zero_point) == 56);
static_assert(offsetof(Run, low) == 60);
static_assert(offsetof(Run, high) == 64);
static_assert(offsetof(Run, scattered) == 68);
static_assert(offsetof(Octet, bias) == 0);
static_assert(offsetof(Octet, multiplier) == 32);
static_assert(offsetof(Octet, shift) == 64);
static_assert(offsetof(Octet, in_channel) == 96);

// Per tap and 8 MACs: 2 loads (widening), 1 VADD (the zero point), 2 VMULL, 2 VADD, 2 steps and the
// LE. An octet of fewer channels, or one whose channels share inputs, loads them one by one.
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void ComputeRun(const Run& /*run*/) {
  asm volatile(
      "push {r4-r11, lr}\n"
      "vpush {d8-d15}\n"
      "sub sp, #28\n"  // x, pixels, output of the pixel; octet, channels; weights, output
      "mov r11, r0\n"
      "ldrd r5, r6, [r11, #4]\n"  // weights, output
      "ldrd r0, r1, [r11, #48]\n"  // octets, channels
      "strd r5, r6, [sp, #20]\n"
      "ldrd r2, r3, [r11, #24]\n"  // tap_step, out_channels
      "ldrd r8, r9, [r11, #32]\n"  // row_step, weights_row_step
      "ldrd r4, r5, [r11, #60]\n"  // low, high
      "ldr r12, [r11, #44]\n"      // offset
      "vdup.32 q4, r4\n"
      "vdup.32 q5, r5\n"
      "ldr r4, [r11, #16]\n"  // taps
      "1:\n"
      "strd r0, r1, [sp, #12]\n"
      "vctp.16 r1\n"
      "ldr r0, [r11]\n"       // x
      "ldr r1, [r11, #12]\n"  // pixels
      "ldr r5, [sp, #24]\n"
      "strd r0, r1, [sp]\n"
      "str r5, [sp, #8]\n"
      "2:\n"
      "ldr r6, [sp]\n"
      "ldrd r10, r1, [sp, #12]\n"
      "ldr r7, [sp, #20]\n"
      "ldr r5, [r11, #20]\n"  // rows
      "vldrw.u32 q0, [r10]\n"
      "vldrw.u32 q6, [r10, #16]\n"
      "cmp r5, #0\n"
      "beq 7f\n"
      "ldrb r0, [r11, #68]\n"  // scattered
      "cbnz r0, 5f\n"
      "cmp r1, #8\n"
      "blt 5f\n"
      "ldrh r0, [r10, #96]\n"
      "add r6, r0\n"
      "3:\n"
      "mov r0, r6\n"
      "mov r1, r7\n"
      "add r6, r8\n"
      "add r7, r9\n"
      "dls lr, r4\n"
      "4:\n"
      "vldrb.s16 q1, [r0]\n"
      "add r0, r2\n"
      "vldrb.s16 q2, [r1]\n"
      "vadd.i16 q1, q1, r12\n"
      "add r1, r3\n"
      "vmullb.s16 q3, q1, q2\n"
      "vadd.i32 q0, q0, q3\n"
      "vmullt.s16 q7, q1, q2\n"
      "vadd.i32 q6, q6, q7\n"
      "le lr, 4b\n"
      "subs r5, #1\n"
      "bne 3b\n"
      "b 7f\n"
      "5:\n"
      "mov r0, r6\n"
      "mov r1, r7\n"
      "add r6, r8\n"
      "add r7, r9\n"
      "dls lr, r4\n"
      "6:\n"
      "vldrh.u16 q7, [r10, #96]\n"
      "vpstt\n"
      "vldrbt.s16 q1, [r0, q7]\n"
      "vldrbt.s16 q2, [r1]\n"
      "add r0, r2\n"
      "vadd.i16 q1, q1, r12\n"
      "add r1, r3\n"
      "vmullb.s16 q3, q1, q2\n"
      "vadd.i32 q0, q0, q3\n"
      "vmullt.s16 q7, q1, q2\n"
      "vadd.i32 q6, q6, q7\n"
      "le lr, 6b\n"
      "subs r5, #1\n"
      "bne 5b\n"
      "7:\n"
      "mov r1, r10\n"
      "ldr r10, [r11, #56]\n"  // out_zero_point
      "vmov.i32 q7, #0\n"
      "vldrw.u32 q2, [r1, #64]\n"
      "vldrw.u32 q1, [r1, #32]\n"
      "vmax.s32 q3, q2, q7\n"
      "vmin.s32 q2, q2, q7\n"
      MCUFORGE_TO_OUTPUT("q0")
      "vmov.i32 q7, #0\n"
      "vldrw.u32 q2, [r1, #80]\n"
      "vldrw.u32 q1, [r1, #48]\n"
      "vmax.s32 q3, q2, q7\n"
      "vmin.s32 q2, q2, q7\n"
      MCUFORGE_TO_OUTPUT("q6")
      "ldr r5, [sp, #8]\n"
      "vmovnt.i32 q0, q6\n"
      "ldrd r0, r1, [sp]\n"
      "ldr r6, [r11, #40]\n"  // pixel_step
      "vpst\n"
      "vstrbt.16 q0, [r5]\n"
      "add r5, r3\n"
      "add r0, r6\n"
      "str r5, [sp, #8]\n"
      "subs r1, #1\n"
      "strd r0, r1, [sp]\n"
      "bne 2b\n"
      "ldrd r5, r6, [sp, #20]\n"
      "ldrd r0, r1, [sp, #12]\n"
      "adds r5, #8\n"
      "adds r6, #8\n"
      "strd r5, r6, [sp, #20]\n"
      "adds r0, #112\n"
      "subs r1, #8\n"
      "bgt 1b\n"
      "add sp, #28\n"
      "vpop {d8-d15}\n"
      "pop {r4-r11, pc}\n");
}

void MakeOctets(const ConvParams& p, const ChannelScales& scales, const int32_t* bias,
                int32_t first, int32_t count, Octet* octets) {
  for (int32_t i = 0; i < count; ++i) {
    const int32_t c = first + i;
    Octet& octet = octets[i >> 3];
    const int32_t half = i & 1;
    const int32_t lane = (i & 7) >> 1;
    const Requant requant = ChannelRequant(scales, static_cast<uint32_t>(c));
    octet.bias[half][lane] = bias ? bias[c] : 0;
    octet.multiplier[half][lane] = requant.multiplier;
    octet.shift[half][lane] = requant.shift;
    octet.in_channel[i & 7] = static_cast<uint16_t>(c / p.filter_c);
  }
}

// kByStrips: DepthwiseConvBlockStripsS8.
template <bool kByStrips>
[[gnu::always_inline]] inline void Depthwise(const ConvParams& p, const ChannelScales& scales,
                                             const int8_t* input, const int8_t* filter,
                                             const int32_t* bias, int8_t* output, void* scratch,
                                             int32_t rows) {
  auto* const octets = static_cast<Octet*>(scratch);
  Run run;
  run.tap_step = p.dilation_w * p.in_c;
  run.out_channels = p.out_c;
  run.row_step = p.dilation_h * p.in_w * p.in_c;
  run.weights_row_step = p.kernel_w * p.out_c;
  run.pixel_step = p.stride_w * p.in_c;
  run.offset = -p.in_zero_point;
  run.octets = octets;
  run.out_zero_point = p.out_zero_point;
  run.low = p.out_min;
  run.high = p.out_max;
  run.scattered = p.filter_c != 1;
  for (int32_t first = 0; first < p.out_c; first += run.channels) {
    const int32_t left = p.out_c - first;
    run.channels = left < kDepthwiseConvS8MveBlock ? left : kDepthwiseConvS8MveBlock;
    MakeOctets(p, scales, bias, first, run.channels, octets);
    InStrips<kByStrips>(
        p, input, output, rows, [&](const ConvParams& strip, const int8_t* in, int8_t* out) {
          run.output = out + first;
          const int8_t* image = in;
          for (int32_t batch = 0; batch < strip.batches;
               ++batch, image += strip.in_h * strip.in_w * strip.in_c) {
            ForEachWindowRun(strip, [&](const WindowRun& windows) {
              run.taps = windows.taps;
              run.rows = windows.taps == 0 ? 0 : windows.rows;
              run.pixels = windows.pixels;
              run.x = image + windows.origin * strip.in_c;
              run.weights =
                  filter + (windows.ky.first * p.kernel_w + windows.kx.first) * p.out_c + first;
              ComputeRun(run);
              run.output += run.pixels * p.out_c;
            });
          }
        });
  }
}

}  // namespace

void DepthwiseConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  Depthwise<false>(p, scales, input, filter, bias, output, scratch, 0);
}

void DepthwiseConvBlockStripsS8(const ConvParams& p, const ChannelScales& scales,
                                const int8_t* input, const int8_t* filter, const int32_t* bias,
                                int8_t* output, void* scratch, int32_t rows) {
  Depthwise<true>(p, scales, input, filter, bias, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
