// Helium (MVE-I, Armv8.1-M ARM C2.4) building blocks that the mve kernels share.

#ifndef MCUFORGE_NN_MVE_H_
#define MCUFORGE_NN_MVE_H_

#if MCUFORGE_ISA_MVE

#include <arm_mve.h>

#include <cstdint>

#include "nn/scale.h"

namespace nn {

// ApplyRequant on four lanes, each with its own multiplier and shift.
inline int32x4_t ApplyRequant(int32x4_t x, int32x4_t multiplier, int32x4_t shift) {
  const int32x4_t zero = vdupq_n_s32(0);
  const int32x4_t right = vminq_s32(shift, zero);  // as a negative left shift
  x = vqrdmulhq_s32(vshlq_s32(x, vmaxq_s32(shift, zero)), multiplier);
  // VRSHL rounds halves up; negatives that are shifted lose one first, so that theirs go away from
  // zero.
  return vrshlq_s32(vqaddq_s32(x, vshrq_n_s32(vandq_s32(x, right), 31)), right);
}

// Four accumulators to four int8 values (in int32 lanes).
inline int32x4_t ToOutput(int32x4_t acc, int32x4_t multiplier, int32x4_t shift, int32_t zero_point,
                          int32_t low, int32_t high) {
  const int32x4_t y = vaddq_n_s32(ApplyRequant(acc, multiplier, shift), zero_point);
  return vminq_s32(vmaxq_s32(y, vdupq_n_s32(low)), vdupq_n_s32(high));
}

// The dot products of `k` >= 1 inputs with four rows of weights, `row` bytes apart. Per 64 MACs: 5
// loads, 4 VMLADAVA. Nothing beyond the k-th element is read.
inline int32x4_t DotFourRows(const int8_t* input, const int8_t* weights0, int32_t row, int32_t k) {
  const int8_t* weights1 = weights0 + row;
  const int8_t* weights2 = weights1 + row;
  const int8_t* weights3 = weights2 + row;
  int32_t acc0 = 0;
  int32_t acc1 = 0;
  int32_t acc2 = 0;
  int32_t acc3 = 0;
  asm volatile(
      "dlstp.8 lr, %[k]\n"
      "1:\n"
      "vldrb.8 q0, [%[x]], #16\n"
      "vldrb.8 q1, [%[w0]], #16\n"
      "vmladava.s8 %[a0], q0, q1\n"
      "vldrb.8 q2, [%[w1]], #16\n"
      "vmladava.s8 %[a1], q0, q2\n"
      "vldrb.8 q3, [%[w2]], #16\n"
      "vmladava.s8 %[a2], q0, q3\n"
      "vldrb.8 q4, [%[w3]], #16\n"
      "vmladava.s8 %[a3], q0, q4\n"
      "letp lr, 1b\n"
      : [x] "+r"(input), [w0] "+r"(weights0), [w1] "+r"(weights1), [w2] "+r"(weights2),
        [w3] "+r"(weights3), [a0] "+Te"(acc0), [a1] "+Te"(acc1), [a2] "+Te"(acc2), [a3] "+Te"(acc3)
      : [k] "r"(k)
      : "q0", "q1", "q2", "q3", "q4", "lr", "memory");
  int32x4_t acc = vdupq_n_s32(acc0);
  acc = vsetq_lane_s32(acc1, acc, 1);
  acc = vsetq_lane_s32(acc2, acc, 2);
  return vsetq_lane_s32(acc3, acc, 3);
}

// The sum of `k` >= 1 weights.
inline int32_t SumOfWeights(const int8_t* weights, int32_t k) {
  int32_t sum = 0;
  asm volatile(
      "dlstp.8 lr, %[k]\n"
      "1:\n"
      "vldrb.8 q0, [%[w]], #16\n"
      "vaddva.s8 %[sum], q0\n"
      "letp lr, 1b\n"
      : [w] "+r"(weights), [sum] "+Te"(sum)
      : [k] "r"(k)
      : "q0", "lr", "memory");
  return sum;
}

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
#endif  // MCUFORGE_NN_MVE_H_
