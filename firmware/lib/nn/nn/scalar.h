// What the scalar kernels (Armv6-M, Armv7-M without DSP, the host) share.

#ifndef MCUFORGE_NN_SCALAR_H_
#define MCUFORGE_NN_SCALAR_H_

#if !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE

#if __ARM_FEATURE_SAT
#include <arm_acle.h>
#endif

#include <cstdint>

#include "nn/fast_channel.h"

namespace nn {

// MulHigh for |a| < 2^30 and b in [0, 2^31).
inline int32_t MulHighSmall(int32_t a, int32_t b) {
#if __ARM_ARCH_6M__
  // By halves, as there is no long product. The low half of `a` is signed, so that all but the
  // highest partial product fit into 32 bits together.
  const int32_t a_low = static_cast<int16_t>(a);
  const int32_t a_high = (a - a_low) >> 16;
  const int32_t b_low = b & 0xffff;
  const int32_t b_high = b >> 16;
  const int32_t middle = a_high * b_low + a_low * b_high + ((a_low * b_low) >> 16);
  return a_high * b_high * 2 + ((middle + (1 << 14)) >> 15);
#else
  const uint64_t twice = static_cast<uint64_t>(static_cast<int64_t>(a * 2) * b);
  return static_cast<int32_t>((twice + (UINT64_C(1) << 31)) >> 32);
#endif
}

#if __ARM_ARCH_6M__
// The same as assembler, and the way on to the output: accumulator in r0, the multiplier's halves
// in r4 and r5, `right` in r7, 1 << 14 in `half`, `addend`; stores to r3, which goes on by `step`.
// Changes r0 to r2. 28 instructions.
#define MCUFORGE_V6M_OUTPUT(half, addend, step) \
  "sxth r1, r0\n"                               \
  "subs r0, r0, r1\n"                           \
  "asrs r0, r0, #16\n"                          \
  "mov r2, r1\n"                                \
  "muls r2, r4\n"                               \
  "muls r1, r5\n"                               \
  "asrs r2, r2, #16\n"                          \
  "adds r2, r1\n"                               \
  "mov r1, r0\n"                                \
  "muls r1, r4\n"                               \
  "muls r0, r5\n"                               \
  "adds r2, r1\n"                               \
  "add r2, " half                               \
  "\n"                                          \
  "asrs r2, r2, #15\n"                          \
  "lsls r0, r0, #1\n"                           \
  "adds r0, r2\n"                               \
  "asrs r1, r0, #31\n"                          \
  "adds r0, r1\n"                               \
  "add r0, " addend                             \
  "\n"                                          \
  "asrs r0, r7\n"                               \
  "sxtb r1, r0\n"                               \
  "cmp r1, r0\n"                                \
  "beq 9f\n"                                    \
  "movs r1, #127\n"                             \
  "asrs r0, r0, #31\n"                          \
  "eors r0, r1\n"                               \
  "9:\n"                                        \
  "strb r0, [r3]\n"                             \
  "add r3, " step "\n"
#endif

inline int8_t SaturateS8(int32_t x) {
#if __ARM_FEATURE_SAT
  return static_cast<int8_t>(__ssat(x, 8));
#else
  return static_cast<int8_t>(Clamp(x, INT8_MIN, INT8_MAX));
#endif
}

// The output, limited to int8 but not to the kernel's range: see ClampAll.
inline int8_t FastOutput(int32_t acc, const FastChannel& channel) {
  const int32_t y = MulHighSmall(acc, channel.multiplier);
  return SaturateS8((y + (y >> 31) + channel.addend) >> channel.right);
}

// One channel's way from accumulator to output.
struct ScalarChannel {
  int32_t bias;
  int32_t multiplier;
  int8_t shift;
  bool fast;  // see IsFast
};

inline ScalarChannel MakeScalarChannel(Requant requant, int32_t bias, uint32_t products) {
  return ScalarChannel{bias, requant.multiplier, static_cast<int8_t>(requant.shift),
                       IsFast(requant, bias, products)};
}

// Outputs of `channels` channels, `count` (at least 1) each; limited as by FastOutput.
//   acc  of a channel side by side, acc_step from one channel's first to the next one's
//   to   channels side by side, to_step from one output of a channel to its next one
void FinishChannels(const ScalarChannel* channel, int32_t channels, int32_t out_zero_point,
                    const int32_t* acc, int32_t acc_step, int32_t count, int8_t* to,
                    int32_t to_step);

}  // namespace nn

#endif  // !MCUFORGE_ISA_DSP && !MCUFORGE_ISA_MVE
#endif  // MCUFORGE_NN_SCALAR_H_
