// From an accumulator to int16, as TFLM has it for 16x8: int16 activations with zero point 0, int8
// weights.

#ifndef MCUFORGE_NN_REQUANTIZE_S16_H_
#define MCUFORGE_NN_REQUANTIZE_S16_H_

#include "nn/requantize.h"

namespace nn {

// A bias; a model may have them at any multiple of 4 bytes.
using Bias64 = int64_t __attribute__((aligned(4)));

// Of factors that int64 accumulators are multiplied by; upstream knows no larger ones.
constexpr int32_t kMaxShiftS64 = 7;

// x * factor, rounded to nearest, halves up. Of the multiplier the upper 16 bits take part. A
// result beyond int32 wraps.
inline int32_t ApplyRequantS64(int64_t x, Requant r) {
  constexpr int32_t kLargest = 0x7fff;
  const int32_t rounded = (r.multiplier >> 16) + ((r.multiplier >> 15) & 1);
  const int64_t multiplier = rounded < kLargest ? rounded : kLargest;
  const int32_t right = 15 - r.shift;
  return static_cast<int32_t>((x * multiplier + (INT64_C(1) << (right - 1))) >> right);
}

inline int16_t RequantizeS64To16(int64_t x, Requant r, int32_t low, int32_t high) {
  return static_cast<int16_t>(Clamp(ApplyRequantS64(x, r), low, high));
}

// Of an int32 accumulator, with the roundings of ApplyRequant.
inline int16_t RequantizeTo16(int32_t x, Requant r, int32_t low, int32_t high) {
  return static_cast<int16_t>(Clamp(ApplyRequant(x, r), low, high));
}

}  // namespace nn

#endif  // MCUFORGE_NN_REQUANTIZE_S16_H_
