#include "nn/isa.h"

#if MCUFORGE_V6M

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

struct Armv6M {
  [[gnu::naked, gnu::noipa]] static void ComputePixels(PixelGroup* group);
};

// clang-format off
// Per 9 MACs of a row of three taps: 9 LDRSB, 9 MULS and 9 ADD, 3 LDRB, 3 SXTB, 3 ADD (sum of
// weights), 15 for the walk.
void Armv6M::ComputePixels(PixelGroup* /*group*/) {
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
      "1:\n"  // a channel
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
      "bne 3f\n"
      MCUFORGE_TAP
      MCUFORGE_TAP
      "movs r7, #1\n"
      "3:\n"
      MCUFORGE_TAP
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
      "mov r0, r8\n"
      MCUFORGE_V6M_OUTPUT("r12", "r11", "r6")
      "mov r0, r9\n"
      MCUFORGE_V6M_OUTPUT("r12", "r11", "r6")
      "mov r0, r10\n"
      MCUFORGE_V6M_OUTPUT("r12", "r11", "r6")
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
// clang-format on

}  // namespace

void DepthwiseConvS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                     const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  DepthwiseByLines<Armv6M, false, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void DepthwiseConvFastS8(const ConvParams& p, const ChannelScales& scales, const int8_t* input,
                         const int8_t* filter, const int32_t* bias, int8_t* output, void* scratch) {
  DepthwiseByLines<Armv6M, true, false>(p, scales, input, filter, bias, output, scratch, 0);
}

void DepthwiseConvBlockStripsS8(const ConvParams& p, const ChannelScales& scales,
                                const int8_t* input, const int8_t* filter, const int32_t* bias,
                                int8_t* output, void* scratch, int32_t rows) {
  DepthwiseByLines<Armv6M, false, true>(p, scales, input, filter, bias, output, scratch, rows);
}

void DepthwiseConvFastBlockStripsS8(const ConvParams& p, const ChannelScales& scales,
                                    const int8_t* input, const int8_t* filter, const int32_t* bias,
                                    int8_t* output, void* scratch, int32_t rows) {
  DepthwiseByLines<Armv6M, true, true>(p, scales, input, filter, bias, output, scratch, rows);
}

}  // namespace nn

#endif  // MCUFORGE_V6M
