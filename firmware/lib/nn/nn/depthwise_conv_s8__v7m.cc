#include "nn/isa.h"

#if MCUFORGE_V7M

// What surrounds the assembler is worth fewer bytes.
#pragma GCC optimize("Os")

#include <cstddef>

#include "nn/depthwise_lines_s8.h"

namespace nn {
namespace {

// What the assembler knows by number.
static_assert(offsetof(PixelGroup, input) == 0);
static_assert(offsetof(PixelGroup, weights) == 4);
static_assert(offsetof(PixelGroup, tap_step) == 8);
static_assert(offsetof(PixelGroup, pixel_step) == 12);
static_assert(offsetof(PixelGroup, weights_step) == 16);
static_assert(offsetof(PixelGroup, row_step) == 20);
static_assert(offsetof(PixelGroup, weights_row_step) == 24);
static_assert(offsetof(PixelGroup, taps) == 28);
static_assert(offsetof(PixelGroup, rows) == 32);
static_assert(offsetof(PixelGroup, in_zero_point) == 36);
static_assert(offsetof(PixelGroup, channels) == 40);
static_assert(offsetof(PixelGroup, count) == 44);
static_assert(offsetof(PixelGroup, output) == 48);
static_assert(offsetof(PixelGroup, output_step) == 52);
static_assert(offsetof(FastChannel, bias) == 0);
static_assert(offsetof(FastChannel, multiplier) == 4);
static_assert(offsetof(FastChannel, addend) == 8);
static_assert(offsetof(FastChannel, right) == 12);
static_assert(sizeof(FastChannel) == 16);

struct Armv7M {
  [[gnu::naked, gnu::noipa]] static void ComputePixels(PixelGroup* group);
};

// clang-format off
// Per 9 MACs of a row of three taps: 12 LDRSB, 9 MLA, 3 ADD (sum of weights), 8 for the walk. A
// single pixel: 6 LDRSB, 3 MLA, 3 ADD, 5 for the walk.
void Armv7M::ComputePixels(PixelGroup* /*group*/) {
// One weight, at `at` from r1, for the taps that r0 points to.
#define MCUFORGE_TAP(at)         \
  "ldrsb r8, [r1" at "]\n"       \
  "ldrsb r9, [r0]\n"             \
  "mla r5, r9, r8, r5\n"         \
  "ldrsb r9, [r0, r3]\n"         \
  "mla r6, r9, r8, r6\n"         \
  "ldrsb r9, [r0, r3, lsl #1]\n" \
  "mla r7, r9, r8, r7\n"         \
  "add r12, r8\n"
#define MCUFORGE_ONE_PIXEL(weight_at, at) \
  "ldrsb r8, [r1" weight_at "]\n"         \
  "ldrsb r9, [r0" at "]\n"                \
  "mla r5, r9, r8, r5\n"                  \
  "add r12, r8\n"
#define MCUFORGE_OUTPUT(acc, at) \
  "add " acc ", r12\n"           \
  MCUFORGE_V7M_OUTPUT(acc, at, "r10", "r11", "r8", "r9")
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
// clang-format on

}  // namespace

void DepthwiseConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  DepthwiseByLines<Armv7M, false, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void DepthwiseConvFastS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                         const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  DepthwiseByLines<Armv7M, true, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void DepthwiseConvBlockStripsS8(const ConvParams& p, const ChannelScales& scales,
                                const int8_t* input, const int8_t* filter, const int32_t* bias,
                                int8_t* output, void* scratch, int32_t rows) {
  DepthwiseByLines<Armv7M, false, true>(p, scales, input, filter, bias, output, scratch, rows);
}

void DepthwiseConvFastBlockStripsS8(const ConvParams& p, const ChannelScales& scales,
                                    const int8_t* input, const int8_t* filter, const int32_t* bias,
                                    int8_t* output, void* scratch, int32_t rows) {
  DepthwiseByLines<Armv7M, true, true>(p, scales, input, filter, bias, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_V7M
