// The short way from accumulator to output that the dsp and scalar kernels share.

#ifndef MCUFORGE_NN_FAST_CHANNEL_H_
#define MCUFORGE_NN_FAST_CHANNEL_H_

#include <cstdint>

#include "nn/requantize.h"

namespace nn {

// Whether all biases leave the fast path its room: [-2^29, 2^29).
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

// Whether a channel can go that way: not with a shift out of [-23, -1], nor with accumulators that
// may reach 2^30 in magnitude. `products`: how many products of an int9 and an int8 are summed up.
bool IsFast(Requant requant, int32_t bias, uint32_t products);

// Whether it can where the accumulator is doubled with saturation: one from 2^30 on gives the least
// or the largest int8 with shifts from -21 on, whatever it is doubled to.
inline bool IsFastSaturated(Requant requant, int32_t bias, uint32_t products) {
  return (requant.shift < 0 && requant.shift >= -21) || IsFast(requant, bias, products);
}

inline int32_t FastAddend(int32_t right, int32_t out_zero_point) {
  return (1 << (right - 1)) + out_zero_point * (1 << right);
}
inline FastChannel FastChannelOf(Requant requant, int32_t bias, int32_t out_zero_point) {
  const int32_t right = -requant.shift;
  return FastChannel{bias, requant.multiplier, FastAddend(right, out_zero_point), right};
}

// Makes it; false where it cannot be. One whose accumulator is always at least 2^30 in magnitude,
// unless it wraps, gives the least or the largest int8 by its sign: that is the sign of what is
// left without 2^31, turned round by an addend of -2^31, with which what is negative wraps.
bool MakeFastChannel(Requant requant, int32_t bias, uint32_t products, int32_t out_zero_point,
                     FastChannel* channel);

// y, the product's upper half, before the shift to the right; may wrap, as MakeFastChannel says.
inline int32_t MovedByAddend(int32_t y, const FastChannel& channel) {
  return static_cast<int32_t>(static_cast<uint32_t>(y + (y >> 31)) +
                              static_cast<uint32_t>(channel.addend));
}

// Limits `count` outputs to [low, high], which the fast paths leave to the end: int8's own range is
// the usual one.
void ClampAll(int8_t* output, uint32_t count, int32_t low, int32_t high);

}  // namespace nn

#endif  // MCUFORGE_NN_FAST_CHANNEL_H_
