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

// Four output channels: what MakeQuads prepares and ComputeQuads uses.
struct Quad {
  int32_t bias[4];  // the input's zero point taken off
  int32_t multiplier[4];
  int32_t shift[4];
};

// Channels whose weights are rows of `row` bytes, one after the other, and the way their outputs
// are finished. ComputeQuads knows the offsets.
struct QuadRows {
  const int8_t* window;   // `row` inputs
  const int8_t* weights;  // of the first channel
  int32_t row;            // at least 1
  const Quad* quads;
  int8_t* output;
  int32_t channels;  // at least 1
  int32_t out_zero_point;
  int32_t low;
  int32_t high;
};

// Prepares (channels + 3) / 4 quads. With `scales` a multiplier a channel (the first is number
// `first` there), else `requant` for all. `bias` may be null.
void MakeQuads(const QuadRows& rows, const ChannelScales* scales, Requant requant, int32_t first,
               const int32_t* bias, int32_t in_zero_point, Quad* quads);

// The outputs of one window. Nothing beyond the last input or weight is read, nothing beyond the
// last channel written.
void ComputeQuads(const QuadRows& rows);

}  // namespace nn

#endif  // MCUFORGE_ISA_MVE
#endif  // MCUFORGE_NN_MVE_H_
