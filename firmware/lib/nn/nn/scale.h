// Quantization scales. TFLM derives its fixed-point multipliers from them in double arithmetic. A
// core that has double-precision instructions does the same here. Elsewhere that would cost
// kilobytes of flash and thousands of instructions a channel; a float32 is a 24-bit integer times a
// power of two, so the same results follow exactly from integers.

#ifndef MCUFORGE_NN_SCALE_H_
#define MCUFORGE_NN_SCALE_H_

#include <cstdint>

#include "nn/requantize.h"

namespace nn {

inline bool IsValidScale(uint32_t float_bits) { return float_bits < UINT32_C(0x7f800000); }

// A Scale differs in size and alignment between cores: it is not for what is kept in the arena.
#if defined(__ARM_FP) && (__ARM_FP & 8)
#define MCUFORGE_NN_SCALE_IS_DOUBLE 1

// A float32, or one times a power of two.
struct Scale {
  double value;
};

// By its bits: ldexp would link the C library's, and errno.
constexpr double PowerOfTwo(int32_t exponent) {
  return __builtin_bit_cast(double, static_cast<uint64_t>(exponent + 1023) << 52);
}
constexpr Scale MakeScale(uint32_t integer, int32_t exponent) {
  return Scale{integer * PowerOfTwo(exponent)};
}
inline Scale Shifted(Scale scale, int32_t exponent) {
  return Scale{scale.value * PowerOfTwo(exponent)};
}
inline bool IsEqual(Scale a, Scale b) { return a.value == b.value; }
inline bool IsLess(Scale a, Scale b) { return a.value < b.value; }
#else

// mantissa * 2^exponent, mantissa 0 or in [2^23, 2^24).
struct Scale {
  uint32_t mantissa;
  int32_t exponent;
};

// integer * 2^exponent, integer in [1, 2^24).
constexpr Scale MakeScale(uint32_t integer, int32_t exponent) {
  const int32_t shift = __builtin_clz(integer) - 8;
  return Scale{integer << shift, exponent - shift};
}
// scale * 2^exponent, scale not 0.
inline Scale Shifted(Scale scale, int32_t exponent) {
  return Scale{scale.mantissa, scale.exponent + exponent};
}
// Mantissas are normalised, so that equal scales have equal ones, and exponents decide first.
inline bool IsEqual(Scale a, Scale b) {
  return a.mantissa == b.mantissa && a.exponent == b.exponent;
}
inline bool IsLess(Scale a, Scale b) {
  return a.exponent != b.exponent ? a.exponent < b.exponent : a.mantissa < b.mantissa;
}
#endif

// From the bits of a non-negative finite float32 (a scale in a .tflite). Negative, infinite and NaN
// give 0; callers that must refuse those ask IsValidScale.
Scale ScaleFromBits(uint32_t float_bits);

// a * b rounded to float32 precision, as C++'s float product is.
Scale MultiplyAsFloat(Scale a, Scale b);

// The factor a * b / c, where TFLM computes QuantizeMultiplier(double(a) * double(b) / double(c)).
// c must not be 0. IsFactor tells whether there is one.
Requant RequantFromScales(Scale a, Scale b, Scale c);

// a / c as a factor. c must not be 0.
inline Requant RequantFromRatio(Scale a, Scale c) {
  return RequantFromScales(a, MakeScale(1, 0), c);
}

// a / c rounded to float32 precision, as C++'s float quotient is. c must not be 0.
Scale DivideAsFloat(Scale a, Scale c);

// A factor that is a float32 already: no rounding.
Requant RequantFromScale(Scale factor);

// round(value / scale) as TFLM computes it: a float32 division, then halves away from zero.
//   returns at most `limit`, and `limit` for a scale of 0
int32_t DivideByScale(Scale value, Scale scale, int32_t limit);

// An integer in [0, 2^24) as a Scale.
Scale ScaleFromInteger(uint32_t value);

// A float32 below 2^23 rounded down, or to nearest with halves up.
uint32_t IntegerFromScale(Scale scale, bool to_nearest);

// The float32's bits; infinity where it is too large. A subnormal result must be exact.
uint32_t BitsFromScale(Scale scale);

// Output range of a kernel.
struct ActivationRange {
  int32_t min;
  int32_t max;
};

// Fused activations with their numbers in the .tflite schema (enum ActivationFunctionType).
enum class Activation : uint8_t { kNone = 0, kRelu = 1, kReluN1To1 = 2, kRelu6 = 3 };

// The range that `activation` leaves for an output quantized with (scale, zero_point), of a type
// whose largest value is `high`.
ActivationRange ActivationRangeOf(Activation activation, Scale scale, int32_t zero_point,
                                  int32_t high);
inline ActivationRange ActivationRangeS8(Activation activation, Scale scale, int32_t zero_point) {
  return ActivationRangeOf(activation, scale, zero_point, INT8_MAX);
}

// The scales of one kernel's filter: one a channel, or one for all.
//   filter_scales  bits of float32 scales; `step` 1 a channel, 0 for one scale for all
struct ChannelScales {
  const uint32_t* filter_scales;
  uint32_t step;
  Scale input;
  Scale output;
};

inline Requant ChannelRequant(const ChannelScales& scales, uint32_t channel) {
  return RequantFromScales(scales.input, ScaleFromBits(scales.filter_scales[channel * scales.step]),
                           scales.output);
}

}  // namespace nn

#endif  // MCUFORGE_NN_SCALE_H_
