// From an int32 accumulator to int8: x * multiplier * 2^shift with gemmlowp's two roundings, which
// is what TFLM computes and therefore what every kernel here has to compute, to the last bit.

#ifndef MCUFORGE_NN_REQUANTIZE_H_
#define MCUFORGE_NN_REQUANTIZE_H_

#include <cstdint>

namespace nn {

// A positive real factor: multiplier * 2^(shift - 31).
//   multiplier  0, or in [2^30, 2^31)
//   shift       [-31, 30]; positive shifts left before the multiplication. 31: the factor is beyond
//               what an int32 can be shifted by, and upstream's answer undefined.
struct Requant {
  int32_t multiplier;
  int32_t shift;
};
constexpr int32_t kMaxShift = 30;

inline bool IsFactor(Requant r) { return r.shift <= kMaxShift; }

constexpr int32_t Clamp(int32_t x, int32_t low, int32_t high) {
  return x < low ? low : (x > high ? high : x);
}

// (a * b) / 2^31, rounded to nearest, halves up. Jacob et al., "Quantization and Training of Neural
// Networks for Efficient Integer-Arithmetic-Only Inference", 2017, B. a == b == INT32_MIN must not
// occur.
inline int32_t MulHigh(int32_t a, int32_t b) {
  return static_cast<int32_t>((static_cast<int64_t>(a) * b + (INT64_C(1) << 30)) >> 31);
}

// x / 2^exponent, rounded to nearest, halves away from zero. exponent in [0, 31].
inline int32_t RoundingShiftRight(int32_t x, int32_t exponent) {
  const int32_t mask = static_cast<int32_t>((UINT32_C(1) << exponent) - 1);
  const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

inline int32_t ApplyRequant(int32_t x, Requant r) {
  const int32_t left = r.shift > 0 ? r.shift : 0;
  const int32_t right = r.shift > 0 ? 0 : -r.shift;
  // The left shift wraps as upstream's does; unsigned keeps it defined.
  const int32_t shifted = static_cast<int32_t>(static_cast<uint32_t>(x) << left);
  return RoundingShiftRight(MulHigh(shifted, r.multiplier), right);
}

// x moved to the output's zero point and clamped. A sum beyond int32, which only absurd scales
// reach, wraps as upstream's does.
inline int8_t OutputS8(int32_t x, int32_t out_zero_point, int32_t low, int32_t high) {
  const uint32_t moved = static_cast<uint32_t>(x) + static_cast<uint32_t>(out_zero_point);
  return static_cast<int8_t>(Clamp(static_cast<int32_t>(moved), low, high));
}

// The last step of most kernels.
inline int8_t RequantizeTo8(int32_t x, Requant r, int32_t out_zero_point, int32_t low,
                            int32_t high) {
  return OutputS8(ApplyRequant(x, r), out_zero_point, low, high);
}

}  // namespace nn

#endif  // MCUFORGE_NN_REQUANTIZE_H_
