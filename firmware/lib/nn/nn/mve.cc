#include "nn/mve.h"

#include <cstddef>

#include "nn/isa.h"

#if MCUFORGE_ISA_MVE

namespace nn {

namespace {

// ChannelRequant, of which the compiler keeps what channels share in registers.
inline Requant RequantOf(const ChannelScales& scales, int32_t channel) {
  const uint32_t bits = scales.filter_scales[static_cast<uint32_t>(channel) * scales.step];
  return RequantFromScale(
      Scale{scales.input.value * ScaleFromBits(bits).value / scales.output.value});
}

}  // namespace

void MakeRequants(const ChannelScales& scales, int32_t first, int32_t count,
                  QuadRequant* requants) {
  for (int32_t c = 0; c < count; ++c) {
    const Requant requant = RequantOf(scales, first + c);
    requants[c >> 2].multiplier[c & 3] = requant.multiplier;
    requants[c >> 2].shift[c & 3] = requant.shift;
  }
}

static_assert(sizeof(Factor) == kMveFactorBytes);

bool MakeFactors(const ChannelScales& scales, const int32_t* bias, int32_t first, int32_t count,
                 Factor* factors) {
  int32_t signs = -1;
  for (int32_t c = first; c < first + count; ++c, ++factors) {
    const Requant requant = RequantOf(scales, c);
    // What is 0 times anything may be shifted to the right like others.
    const int32_t shift = requant.multiplier == 0 ? -1 : requant.shift;
    *factors = Factor{bias ? bias[c] : 0, requant.multiplier, shift};
    signs &= shift;
  }
  return signs >= 0;
}

// What the assembler knows by number.
static_assert(offsetof(QuadRows, window) == 0);
static_assert(offsetof(QuadRows, row) == 4);
static_assert(offsetof(QuadRows, weights) == 8);
static_assert(offsetof(QuadRows, bias) == 12);
static_assert(offsetof(QuadRows, requants) == 16);
static_assert(offsetof(QuadRows, requant_step) == 20);
static_assert(offsetof(QuadRows, output) == 24);
static_assert(offsetof(QuadRows, channels) == 28);
static_assert(offsetof(QuadRows, out_zero_point) == 32);
static_assert(offsetof(QuadRows, low) == 36);
static_assert(offsetof(QuadRows, high) == 40);
static_assert(offsetof(QuadRows, fold) == 44);
static_assert(offsetof(ZeroPointFold, flip) == 0);
static_assert(offsetof(ZeroPointFold, offset) == 4);
static_assert(offsetof(QuadRequant, multiplier) == 0);
static_assert(offsetof(QuadRequant, shift) == 16);
static_assert(sizeof(QuadRequant) == 32);

// Four channels at a time. Per 64 MACs: 5 loads, 1 VEOR, 4 VMLADAVA of the inputs, 4 of the offset
// and the LETP. A last quad of fewer channels reads its last row for the missing ones; VCTP leaves
// their outputs out.
[[gnu::naked, gnu::noipa, gnu::aligned(4)]] void ComputeQuads(const QuadRows& /*rows*/) {
  asm volatile(
      "push {r4-r11, lr}\n"
      "vpush {d8-d15}\n"
      "ldrd r9, r2, [r0, #4]\n"    // row, weights
      "ldrd r11, r12, [r0, #12]\n"  // bias, requants
      "ldrd r4, r6, [r0, #24]\n"    // output, channels
      "push {r2, r4, r6}\n"
      "ldrd r4, r6, [r0, #36]\n"  // low, high
      "vdup.32 q4, r4\n"
      "vdup.32 q5, r6\n"
      "vmov.i32 q6, #0\n"
      "1:\n"
      "ldr r2, [sp]\n"
      "ldr r10, [sp, #8]\n"
      "add r3, r2, r9\n"
      "add r5, r3, r9\n"
      "add r7, r5, r9\n"
      "cmp r10, #4\n"
      "bge 2f\n"
      "cmp r10, #2\n"
      "it lt\n"
      "movlt r3, r2\n"
      "it le\n"
      "movle r5, r3\n"
      "mov r7, r5\n"
      "2:\n"
      "ldrd r4, r6, [r0, #44]\n"  // fold
      "vdup.8 q2, r4\n"
      "vdup.8 q3, r6\n"
      "ldr r1, [r0]\n"
      "movs r4, #0\n"
      "movs r6, #0\n"
      "mov r8, #0\n"
      "mov r10, #0\n"
      "dlstp.8 lr, r9\n"
      "3:\n"
      "vldrb.8 q0, [r1], #16\n"
      "veor q0, q0, q2\n"
      "vldrb.8 q1, [r2], #16\n"
      "vmladava.s8 r4, q0, q1\n"
      "vmladava.s8 r4, q3, q1\n"
      "vldrb.8 q7, [r3], #16\n"
      "vmladava.s8 r6, q0, q7\n"
      "vmladava.s8 r6, q3, q7\n"
      "vldrb.8 q1, [r5], #16\n"
      "vmladava.s8 r8, q0, q1\n"
      "vmladava.s8 r8, q3, q1\n"
      "vldrb.8 q7, [r7], #16\n"
      "vmladava.s8 r10, q0, q7\n"
      "vmladava.s8 r10, q3, q7\n"
      "letp lr, 3b\n"
      "vmov q0[2], q0[0], r4, r8\n"
      "vmov q0[3], q0[1], r6, r10\n"
      "ldr r8, [sp, #8]\n"
      "veor q0, q0, q2\n"
      "vctp.32 r8\n"
      "vsub.i32 q0, q0, q2\n"
      "cmp r11, #0\n"
      "beq 4f\n"
      "vpst\n"
      "vldrwt.u32 q1, [r11], #16\n"
      "vadd.i32 q0, q0, q1\n"
      "4:\n"
      "vldrw.u32 q2, [r12, #16]\n"
      "vldrw.u32 q1, [r12]\n"
      "vmax.s32 q3, q2, q6\n"
      "vmin.s32 q2, q2, q6\n"
      "ldr r4, [r0, #20]\n"   // requant_step
      "ldr r10, [r0, #32]\n"  // out_zero_point
      "add r12, r4\n"
      MCUFORGE_TO_OUTPUT("q0")
      "pop {r2, r4}\n"
      "vpst\n"
      "vstrbt.32 q0, [r4], #4\n"
      "add r2, r2, r9, lsl #2\n"
      "subs r8, #4\n"
      "str r8, [sp]\n"
      "push {r2, r4}\n"
      "bgt 1b\n"
      "add sp, #12\n"
      "vpop {d8-d15}\n"
      "pop {r4-r11, pc}\n");
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
