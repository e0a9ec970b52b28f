// The C library's functions by the names that kernels have for them.

#ifndef TENSORFLOW_LITE_KERNELS_INTERNAL_CPPMATH_H_
#define TENSORFLOW_LITE_KERNELS_INTERNAL_CPPMATH_H_

#include <cmath>

namespace tflite {

template <typename T>
T TfLiteRound(T x) {
  return std::round(x);
}
template <typename T>
T TfLiteExpm1(T x) {
  return std::expm1(x);
}
template <typename T>
T TfLiteMax(const T& x, const T& y) {
  return std::fmax(x, y);
}
template <typename T>
T TfLiteMin(const T& x, const T& y) {
  return std::fmin(x, y);
}

namespace micro {
using ::tflite::TfLiteExpm1;
using ::tflite::TfLiteMax;
using ::tflite::TfLiteMin;
using ::tflite::TfLiteRound;
}  // namespace micro

}  // namespace tflite

#endif  // TENSORFLOW_LITE_KERNELS_INTERNAL_CPPMATH_H_
