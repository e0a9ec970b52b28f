// Fixed-point arithmetic for custom ops, by upstream's names: the roundings are those of lib/nn.

#ifndef TENSORFLOW_LITE_KERNELS_INTERNAL_COMMON_H_
#define TENSORFLOW_LITE_KERNELS_INTERNAL_COMMON_H_

#include <stdint.h>

#include <limits>

#include "nn/requantize_s16.h"
#include "tensorflow/lite/kernels/internal/compatibility.h"
#include "tensorflow/lite/kernels/internal/types.h"

namespace tflite {

// Of a shift that is a right one where it is positive.
constexpr int kReverseShift = -1;

// (a * b) / 2^31, rounded to nearest, halves up, saturated.
inline int32_t SaturatingRoundingDoublingHighMul(int32_t a, int32_t b) {
  const bool overflows = a == b && a == std::numeric_limits<int32_t>::min();
  return overflows ? std::numeric_limits<int32_t>::max() : nn::MulHigh(a, b);
}
// x / 2^exponent, rounded to nearest, halves away from zero.
inline int32_t RoundingDivideByPOT(int32_t x, int exponent) {
  return nn::RoundingShiftRight(x, exponent);
}

// x * multiplier * 2^(shift - 31), as QuantizeMultiplier gives the two.
inline int32_t MultiplyByQuantizedMultiplier(int32_t x, int32_t quantized_multiplier, int shift) {
  return nn::ApplyRequant(x, nn::Requant{quantized_multiplier, shift});
}
// The same of an accumulator of 16x8: of the multiplier the upper 16 bits take part.
inline int32_t MultiplyByQuantizedMultiplier(int64_t x, int32_t quantized_multiplier, int shift) {
  return nn::ApplyRequantS64(x, nn::Requant{quantized_multiplier, shift});
}
// shift is 0 or below.
inline int32_t MultiplyByQuantizedMultiplierSmallerThanOneExp(int32_t x,
                                                              int32_t quantized_multiplier,
                                                              int shift) {
  TFLITE_DCHECK_LE(shift, 0);
  return MultiplyByQuantizedMultiplier(x, quantized_multiplier, shift);
}
// shift is 0 or above.
inline int32_t MultiplyByQuantizedMultiplierGreaterThanOne(int32_t x, int32_t quantized_multiplier,
                                                           int shift) {
  TFLITE_DCHECK_GE(shift, 0);
  return MultiplyByQuantizedMultiplier(x, quantized_multiplier, shift);
}

template <typename T>
T ActivationFunctionWithMinMax(T x, T output_activation_min, T output_activation_max) {
  const T above = x > output_activation_min ? x : output_activation_min;
  return above < output_activation_max ? above : output_activation_max;
}

inline void GetActivationMinMax(FusedActivationFunctionType activation, float* min, float* max) {
  using Type = FusedActivationFunctionType;
  const bool is_none = activation == Type::kNone;
  *min = is_none ? std::numeric_limits<float>::lowest() : activation == Type::kRelu1 ? -1.0f : 0.0f;
  *max = activation == Type::kRelu1   ? 1.0f
         : activation == Type::kRelu6 ? 6.0f
                                      : std::numeric_limits<float>::max();
}

// The type's width for 0.
template <typename T>
int CountLeadingZeros(T integer) {
  static_assert(std::numeric_limits<T>::is_integer && !std::numeric_limits<T>::is_signed, "");
  int count = std::numeric_limits<T>::digits;
  for (; integer != 0; integer = static_cast<T>(integer >> 1)) {
    --count;
  }
  return count;
}

namespace micro {
using ::tflite::ActivationFunctionWithMinMax;
using ::tflite::CountLeadingZeros;
using ::tflite::GetActivationMinMax;
using ::tflite::kReverseShift;
using ::tflite::MultiplyByQuantizedMultiplier;
using ::tflite::MultiplyByQuantizedMultiplierGreaterThanOne;
using ::tflite::MultiplyByQuantizedMultiplierSmallerThanOneExp;
using ::tflite::RoundingDivideByPOT;
using ::tflite::SaturatingRoundingDoublingHighMul;
}  // namespace micro

}  // namespace tflite

#endif  // TENSORFLOW_LITE_KERNELS_INTERNAL_COMMON_H_
