// Armv7E-M / Armv8-M DSP instructions that the dsp kernels share (Armv7-M ARM A7.7).

#ifndef MCUFORGE_NN_DSP_H_
#define MCUFORGE_NN_DSP_H_

#include "nn/isa.h"

#if MCUFORGE_ISA_DSP

#include <arm_acle.h>

#include <cstdint>
#include <cstring>

#include "nn/fast_channel.h"

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

// Of four channels beside each other the weights of `taps` taps, `step` bytes apart: of each tap
// the even channels' as two int16, then the odd ones'.
inline void WidenTaps(const int8_t* filter, int32_t taps, int32_t step, uint32_t* to) {
  for (; taps > 0; --taps, filter += step) {
    const uint32_t word = LoadWord(filter);
    *to++ = EvenBytes(word);
    *to++ = OddBytes(word);
  }
}

// The lower halfwords of both.
inline uint32_t Halfwords(int32_t low, int32_t high) {
  return (static_cast<uint32_t>(low) & 0xffff) | (static_cast<uint32_t>(high) << 16);
}
inline uint32_t TwoHalfwords(int32_t value) { return Halfwords(value, value); }

// MulHigh is SMMULR of the doubled accumulator.
inline int8_t FastOutput(int32_t acc, const FastChannel& channel) {
  int32_t y;
  asm("smmulr %0, %1, %2" : "=r"(y) : "r"(__qadd(acc, acc)), "r"(channel.multiplier));
  return static_cast<int8_t>(__ssat(MovedByAddend(y, channel) >> channel.right, 8));
}

}  // namespace nn

#endif  // MCUFORGE_ISA_DSP
#endif  // MCUFORGE_NN_DSP_H_
