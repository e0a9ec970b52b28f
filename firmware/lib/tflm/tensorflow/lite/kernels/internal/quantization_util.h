// Real factors as fixed-point ones, for custom ops. In double arithmetic, which links soft-float on
// most cores: for prepare, not for invoke.

#ifndef TENSORFLOW_LITE_KERNELS_INTERNAL_QUANTIZATION_UTIL_H_
#define TENSORFLOW_LITE_KERNELS_INTERNAL_QUANTIZATION_UTIL_H_

#include <stddef.h>
#include <stdint.h>

#include <cmath>

#include "tensorflow/lite/kernels/internal/compatibility.h"
#include "tensorflow/lite/kernels/internal/types.h"

namespace tflite {

// factor = multiplier * 2^(shift - 31), the multiplier 0 or in [2^30, 2^31). 0 below 2^-32.
inline void QuantizeMultiplier(double factor, int32_t* multiplier, int* shift) {
  const double fraction = std::frexp(factor, shift);
  int64_t rounded = static_cast<int64_t>(std::round(std::ldexp(fraction, 31)));
  if (rounded == INT64_C(1) << 31) {
    rounded /= 2;
    ++*shift;
  }
  constexpr int kLeastShift = -31;
  if (rounded == 0 || *shift < kLeastShift) {
    rounded = 0;
    *shift = 0;
  }
  *multiplier = static_cast<int32_t>(rounded);
}
// Of a factor above 1, whose shift is to the left.
inline void QuantizeMultiplierGreaterThanOne(double factor, int32_t* multiplier, int* left_shift) {
  TFLITE_CHECK_GT(factor, 1.0);
  QuantizeMultiplier(factor, multiplier, left_shift);
}
// Of a factor between 0 and 1; the shift is 0 or negative.
inline void QuantizeMultiplierSmallerThanOneExp(double factor, int32_t* multiplier,
                                                int* left_shift) {
  TFLITE_CHECK(factor > 0.0 && factor < 1.0);
  QuantizeMultiplier(factor, multiplier, left_shift);
}
inline void QuantizeMultiplierArray(const double* factors, size_t count, int32_t* multipliers,
                                    int* shifts) {
  for (size_t i = 0; i < count; ++i) {
    QuantizeMultiplier(factors[i], &multipliers[i], &shifts[i]);
  }
}

// The largest input that a left shift leaves within `integer_bits` bits before the point, of
// `total_signed_bits`.
inline int CalculateInputRadius(int integer_bits, int left_shift, int total_signed_bits = 31) {
  const int64_t largest = (INT64_C(1) << integer_bits) - 1;
  return static_cast<int>((largest << (total_signed_bits - integer_bits)) >> left_shift);
}

// beta * input_scale as a factor from quantized inputs to numbers with `integer_bits` before the
// point.
inline void PreprocessSoftmaxScaling(double beta, double input_scale, int integer_bits,
                                     int32_t* multiplier, int* left_shift) {
  constexpr double kMost = 2147483647.0;
  QuantizeMultiplierGreaterThanOne(
      std::fmin(std::ldexp(beta * input_scale, 31 - integer_bits), kMost), multiplier, left_shift);
}

// Whether x is nearly a power of two, and which.
inline bool CheckedLog2(float x, int* log2_result) {
  constexpr float kTolerance = 1e-3f;
  const float exponent = std::log2(x);
  const float nearest = std::round(exponent);
  *log2_result = static_cast<int>(nearest);
  return std::fabs(exponent - nearest) < kTolerance;
}

namespace micro {
using ::tflite::CalculateInputRadius;
using ::tflite::CheckedLog2;
using ::tflite::PreprocessSoftmaxScaling;
using ::tflite::QuantizeMultiplier;
using ::tflite::QuantizeMultiplierArray;
using ::tflite::QuantizeMultiplierGreaterThanOne;
using ::tflite::QuantizeMultiplierSmallerThanOneExp;
}  // namespace micro

}  // namespace tflite

#endif  // TENSORFLOW_LITE_KERNELS_INTERNAL_QUANTIZATION_UTIL_H_
