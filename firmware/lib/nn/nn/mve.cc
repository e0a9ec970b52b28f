#include "nn/mve.h"

#if MCUFORGE_ISA_MVE

namespace nn {
namespace {

int32_t SumOfWeights(const int8_t* weights, int32_t count) {
  int32_t sum = 0;
  asm volatile(
      "dlstp.8 lr, %[n]\n"
      "1:\n"
      "vldrb.8 q0, [%[w]], #16\n"
      "vaddva.s8 %[sum], q0\n"
      "letp lr, 1b\n"
      : [w] "+r"(weights), [sum] "+Te"(sum)
      : [n] "r"(count)
      : "q0", "lr", "memory");
  return sum;
}

}  // namespace

void MakeQuads(const QuadRows& rows, const ChannelScales* scales, Requant requant, int32_t first,
               const int32_t* bias, int32_t in_zero_point, Quad* quads) {
  for (int32_t c = 0; c < rows.channels; ++c) {
    if (scales) {
      requant = ChannelRequant(*scales, static_cast<uint32_t>(first + c));
    }
    Quad& quad = quads[c >> 2];
    quad.bias[c & 3] = (bias ? bias[first + c] : 0) -
                       in_zero_point * SumOfWeights(rows.weights + c * rows.row, rows.row);
    quad.multiplier[c & 3] = requant.multiplier;
    quad.shift[c & 3] = requant.shift;
  }
}

// Four channels at a time. Per 64 MACs: 5 loads, 4 VMLADAVA and the LETP. A last quad of fewer
// channels reads its last row for the missing ones; VCTP leaves their outputs out.
[[gnu::naked]] void ComputeQuads(const QuadRows& /*rows*/) {
  asm volatile(
      "push {r4-r11, lr}\n"
      "vpush {d8-d13}\n"
      "ldrd r4, r6, [r0, #28]\n"  // low, high
      "vdup.32 q4, r4\n"
      "vdup.32 q5, r6\n"
      "vmov.i32 q6, #0\n"
      "ldrd r2, r9, [r0, #4]\n"     // weights, row
      "ldrd r11, r12, [r0, #12]\n"  // quads, output
      "ldr r10, [r0, #20]\n"        // channels
      "1:\n"
      "push {r2, r10}\n"
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
      "ldr r1, [r0]\n"
      "movs r4, #0\n"
      "movs r6, #0\n"
      "mov r8, #0\n"
      "mov r10, #0\n"
      "dlstp.8 lr, r9\n"
      "3:\n"
      "vldrb.8 q0, [r1], #16\n"
      "vldrb.8 q1, [r2], #16\n"
      "vmladava.s8 r4, q0, q1\n"
      "vldrb.8 q2, [r3], #16\n"
      "vmladava.s8 r6, q0, q2\n"
      "vldrb.8 q3, [r5], #16\n"
      "vmladava.s8 r8, q0, q3\n"
      "vldrb.8 q1, [r7], #16\n"
      "vmladava.s8 r10, q0, q1\n"
      "letp lr, 3b\n"
      "vmov q0[2], q0[0], r4, r8\n"
      "vmov q0[3], q0[1], r6, r10\n"
      "vldrw.u32 q1, [r11], #16\n"
      "vldrw.u32 q2, [r11, #16]\n"  // shift
      "vadd.i32 q0, q0, q1\n"
      "vldrw.u32 q1, [r11], #32\n"  // multiplier
      "vmax.s32 q3, q2, q6\n"
      "vmin.s32 q2, q2, q6\n"
      "vshl.s32 q0, q0, q3\n"
      "vqrdmulh.s32 q0, q0, q1\n"
      "ldr r4, [r0, #24]\n"  // out_zero_point
      "vand q3, q0, q2\n"
      "pop {r2, r10}\n"
      "vshr.s32 q3, q3, #31\n"
      "vqadd.s32 q0, q0, q3\n"
      "vrshl.s32 q0, q0, q2\n"
      "vadd.i32 q0, q0, r4\n"
      "vmax.s32 q0, q0, q4\n"
      "vmin.s32 q0, q0, q5\n"
      "vctp.32 r10\n"
      "mov r1, r12\n"
      "vpst\n"
      "vstrbt.32 q0, [r1], #4\n"
      "mov r12, r1\n"
      "add r2, r2, r9, lsl #2\n"
      "subs r10, #4\n"
      "bgt 1b\n"
      "vpop {d8-d13}\n"
      "pop {r4-r11, pc}\n");
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
