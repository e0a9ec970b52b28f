// Armv7E-M / Armv8-M DSP instructions that the dsp kernels share (Armv7-M ARM A7.7).

#ifndef MCUFORGE_NN_DSP_H_
#define MCUFORGE_NN_DSP_H_

#if MCUFORGE_ISA_DSP

#include <arm_acle.h>

#include <cstdint>
#include <cstring>

#include "nn/requantize.h"

namespace nn {

// Four bytes from any address; these cores load unaligned words from normal memory.
inline uint32_t LoadWord(const int8_t* from) {
  uint32_t word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

// Bytes 0 and 2 (bytes 1 and 3) of `word`, sign-extended to halfwords, plus the halfwords of
// `addend`.
inline uint32_t AddEvenBytes(uint32_t addend, uint32_t word) {
  return static_cast<uint32_t>(
      __sxtab16(static_cast<int16x2_t>(addend), static_cast<int8x4_t>(word)));
}
inline uint32_t AddOddBytes(uint32_t addend, uint32_t word) {
  return AddEvenBytes(addend, (word >> 8) | (word << 24));
}
inline uint32_t EvenBytes(uint32_t word) {
  return static_cast<uint32_t>(__sxtb16(static_cast<int8x4_t>(word)));
}
inline uint32_t OddBytes(uint32_t word) { return EvenBytes((word >> 8) | (word << 24)); }

inline uint32_t TwoHalfwords(int32_t value) {
  const uint32_t low = static_cast<uint32_t>(value) & 0xffff;
  return low | (low << 16);
}

// Biases that leave the fast path its room.
inline bool IsSmallBias(int32_t bias) { return bias < (1 << 29) && bias > -(1 << 29); }

// One channel's way from accumulator to output, made for
//   SMMULR (twice the accumulator by `multiplier`), ADD (minus one if negative), ADD `addend`, ASR
//   `right`, SSAT #8
// which is ApplyRequant and the output's zero point: SMMULR of the doubled accumulator is MulHigh,
// halves are rounded away from zero by the one that negatives lose, and `addend` is half of 2^right
// plus the zero point shifted up.
struct FastChannel {
  int32_t bias;
  int32_t multiplier;
  int32_t addend;
  int32_t right;
};

// The same for one channel; false where it does not hold: a shift that is not in [-20, -1], or
// accumulators that may reach 2^30 in magnitude. `products`: how many products of an int9 and an
// int8 are summed up.
bool MakeFastChannel(Requant requant, int32_t bias, uint32_t products, int32_t out_zero_point,
                     FastChannel* channel);

inline int8_t FastOutput(int32_t acc, const FastChannel& channel) {
  int32_t y;
  asm("smmulr %0, %1, %2" : "=r"(y) : "r"(acc * 2), "r"(channel.multiplier));
  y = (y + (y >> 31) + channel.addend) >> channel.right;
  return static_cast<int8_t>(__ssat(y, 8));
}

// Limits `count` outputs to [low, high], which the fast paths leave to the end: int8's own range is
// the usual one.
void ClampAll(int8_t* output, uint32_t count, int32_t low, int32_t high);

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
#endif  // MCUFORGE_NN_DSP_H_
