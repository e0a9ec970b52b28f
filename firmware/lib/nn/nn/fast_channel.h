// The short way from accumulator to output that the dsp and scalar kernels share.

#ifndef MCUFORGE_NN_FAST_CHANNEL_H_
#define MCUFORGE_NN_FAST_CHANNEL_H_

#include <cstdint>

#include "nn/requantize.h"

namespace nn {

// Whether a bias leaves the fast path its room: [-2^29, 2^29).
inline bool IsSmallBias(int32_t bias) { return (bias ^ (bias >> 31)) >> 29 == 0; }
// Whether all of them do.
bool AreSmallBiases(const int32_t* bias, uint32_t count);

// One channel's way from accumulator to output, made for
//   MulHigh by `multiplier`, ADD (minus one if negative), ADD `addend`, ASR `right`, SSAT #8
// which is ApplyRequant and the output's zero point: halves are rounded away from zero by the one
// that negatives lose, and `addend` is half of 2^right plus the zero point shifted up.
struct FastChannel {
  int32_t bias;
  int32_t multiplier;
  int32_t addend;
  int32_t right;
};

// Whether a channel can go that way: not with a shift out of [-20, -1], nor with accumulators that
// may reach 2^30 in magnitude. `products`: how many products of an int9 and an int8 are summed up.
bool IsFast(Requant requant, int32_t bias, uint32_t products);

inline int32_t FastAddend(int32_t right, int32_t out_zero_point) {
  return (1 << (right - 1)) + out_zero_point * (1 << right);
}

// Makes it; false where it cannot be.
bool MakeFastChannel(Requant requant, int32_t bias, uint32_t products, int32_t out_zero_point,
                     FastChannel* channel);

// Limits `count` outputs to [low, high], which the fast paths leave to the end: int8's own range is
// the usual one.
void ClampAll(int8_t* output, uint32_t count, int32_t low, int32_t high);

}  // namespace nn

#endif  // MCUFORGE_NN_FAST_CHANNEL_H_
