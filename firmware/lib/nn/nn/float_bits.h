// float32 by its bits: cores without an FPU link no soft-float library for it, and all cores give
// the same bits.

#ifndef MCUFORGE_NN_FLOAT_BITS_H_
#define MCUFORGE_NN_FLOAT_BITS_H_

#include <cstdint>

namespace nn {

constexpr uint32_t kFloatSign = UINT32_C(1) << 31;
constexpr uint32_t kFloatInfinity = UINT32_C(0x7f800000);
constexpr uint32_t kFloatQuiet = UINT32_C(1) << 22;  // set in a NaN that raises nothing
constexpr uint32_t kFloatNan = kFloatInfinity | kFloatQuiet;
constexpr uint32_t kFloatHighest = kFloatInfinity - 1;
constexpr uint32_t kFloatLowest = kFloatSign | kFloatHighest;
constexpr uint32_t kFloatOne = UINT32_C(0x3f800000);
constexpr uint32_t kFloatThree = UINT32_C(0x40400000);
constexpr uint32_t kFloatSix = UINT32_C(0x40c00000);

inline bool IsNan(uint32_t bits) { return (bits & ~kFloatSign) > kFloatInfinity; }

// Its place in the order of the numbers, which NaN has none in; both zeros are 0.
inline int32_t RankOfFloat(uint32_t bits) {
  const int32_t magnitude = static_cast<int32_t>(bits & ~kFloatSign);
  return bits >> 31 ? -magnitude : magnitude;
}

// False where one is NaN.
inline bool IsAboveFloat(uint32_t a, uint32_t b) {
  return !IsNan(a) && !IsNan(b) && RankOfFloat(a) > RankOfFloat(b);
}

// NaN stays.
inline uint32_t ClampFloat(uint32_t bits, uint32_t low, uint32_t high) {
  const uint32_t raised = IsAboveFloat(low, bits) ? low : bits;
  return IsAboveFloat(raised, high) ? high : raised;
}

// A finite float32 is magnitude * 2^exponent, magnitude below 2^24.
struct FloatParts {
  uint32_t magnitude;
  int32_t exponent;
};
inline FloatParts PartsOfFloat(uint32_t bits) {
  const uint32_t fraction = bits & 0x7fffff;
  const uint32_t biased = bits >> 23 & 0xff;
  return biased == 0 ? FloatParts{fraction, -149}
                     : FloatParts{fraction | UINT32_C(1) << 23, static_cast<int32_t>(biased) - 150};
}

// With the highest of 24 bits set; of a number that is not 0.
inline FloatParts NormalizedFloat(uint32_t bits) {
  const FloatParts parts = PartsOfFloat(bits);
  const int32_t shift = __builtin_clz(parts.magnitude) - 8;
  return FloatParts{parts.magnitude << shift, parts.exponent - shift};
}

// The bits of magnitude * 2^exponent, rounded to nearest, halves to even, as IEEE 754 has it;
// infinity where it is too large.
uint32_t FloatFrom(uint64_t magnitude, int32_t exponent);

// The square root of a positive finite float32, rounded likewise.
uint32_t SqrtOfFloat(uint32_t bits);

// Of any: NaN of a negative number.
uint32_t RootOfFloat(uint32_t bits);

// The integer next to it towards zero, within int32; 0 for NaN.
int32_t TruncatedFloat(uint32_t bits);

// The nearest integer, halves away from zero, of a number below 2^30.
int32_t RoundedFloat(uint32_t bits);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_BITS_H_
