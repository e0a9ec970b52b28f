// Helium (MVE-I, Armv8.1-M ARM C2.4) building blocks that the mve kernels share.

#ifndef MCUFORGE_NN_MVE_H_
#define MCUFORGE_NN_MVE_H_

#include "nn/isa.h"

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

// How outputs are finished.
struct OutputRange {
  int32_t zero_point, low, high;
};

// Four accumulators to four int8 values (in int32 lanes).
inline int32x4_t ToOutput(int32x4_t acc, int32x4_t multiplier, int32x4_t shift,
                          const OutputRange& range) {
  const int32x4_t y = vaddq_n_s32(ApplyRequant(acc, multiplier, shift), range.zero_point);
  return vminq_s32(vmaxq_s32(y, vdupq_n_s32(range.low)), vdupq_n_s32(range.high));
}

// clang-format off
// The same on register `x` in assembler: the multiplier in q1, the shift's right part in q2 and its
// left part in q3, low and high in q4 and q5, the zero point in r10; q7 is overwritten.
#define MCUFORGE_TO_OUTPUT(x)       \
  "vshl.s32 " x ", " x ", q3\n"     \
  "vqrdmulh.s32 " x ", " x ", q1\n" \
  "vand q7, " x ", q2\n"            \
  "vshr.s32 q7, q7, #31\n"          \
  "vqadd.s32 " x ", " x ", q7\n"    \
  "vrshl.s32 " x ", " x ", q2\n"    \
  "vadd.i32 " x ", " x ", r10\n"    \
  "vmax.s32 " x ", " x ", q4\n"     \
  "vmin.s32 " x ", " x ", q5\n"
// clang-format on

// The factors of four output channels.
struct QuadRequant {
  int32_t multiplier[4];
  int32_t shift[4];
};

// Fills in the factors of channels [first, first + count); those after them, up to a multiple of
// four, stay as they are.
void MakeRequants(const ChannelScales& scales, int32_t first, int32_t count, QuadRequant* requants);

// A dot product takes the input's zero point off by itself: with x' = x ^ flip, the sum of
// w * (x' + offset) is that of w * (x - zero point), or its negative where flip is -1. VMLADAV
// multiplies int8 only; -zero point alone would not fit at -128.
struct ZeroPointFold {
  int32_t flip;
  int32_t offset;
};
constexpr ZeroPointFold FoldZeroPoint(int32_t zero_point) {
  return zero_point < 0 ? ZeroPointFold{-1, zero_point + 1} : ZeroPointFold{0, -zero_point};
}

// What a channel's sums become outputs with, for kernels whose vectors are outputs of one channel.
struct Factor {
  int32_t bias;
  int32_t multiplier;
  int32_t shift;
};
constexpr int32_t kMveFactorBytes = 12;

// Fills in channels [first, first + count); returns whether not all shifts are to the right. bias:
// of all channels, or null.
bool MakeFactors(const ChannelScales& scales, const int32_t* bias, int32_t first, int32_t count,
                 Factor* factors);

// Channels whose weights are rows of `row` bytes, one after the other, and the inputs that they are
// multiplied with. ComputeQuads knows the offsets.
struct QuadRows {
  const int8_t* window;   // `row` inputs
  int32_t row;            // at least 1
  const int8_t* weights;  // of the first channel
  const int32_t* bias;    // of the first channel; may be null
  const QuadRequant* requants;
  int32_t requant_step;  // bytes from a quad's to the next's; 0 where all channels share one
  int8_t* output;        // of the first channel
  int32_t channels;      // at least 1
  int32_t out_zero_point;
  int32_t low;
  int32_t high;
  ZeroPointFold fold;
};

// Nothing beyond the last input or weight is read, nothing beyond the last channel written.
void ComputeQuads(const QuadRows& rows);

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
#endif  // MCUFORGE_NN_MVE_H_
