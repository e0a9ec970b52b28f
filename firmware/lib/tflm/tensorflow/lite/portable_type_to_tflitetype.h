// The value of TfLiteType for a C++ type.

#ifndef TENSORFLOW_LITE_PORTABLE_TYPE_TO_TFLITETYPE_H_
#define TENSORFLOW_LITE_PORTABLE_TYPE_TO_TFLITETYPE_H_

#include <stddef.h>
#include <stdint.h>

#include <type_traits>

#include "tensorflow/lite/c/common.h"

namespace tflite {

// kTfLiteNoType for any other. C++14: cores of Arduino compile this header so.
template <typename T>
constexpr TfLiteType typeToTfLiteType() {
  constexpr TfLiteType kSigned[] = {kTfLiteInt8, kTfLiteInt16, kTfLiteInt32, kTfLiteInt64};
  constexpr TfLiteType kUnsigned[] = {kTfLiteUInt8, kTfLiteUInt16, kTfLiteUInt32, kTfLiteUInt64};
  constexpr size_t kSize = sizeof(T) >= 8 ? 3 : sizeof(T) / 2;
  return std::is_same<T, float>::value  ? kTfLiteFloat32
         : std::is_same<T, bool>::value ? kTfLiteBool
         : !std::is_integral<T>::value  ? kTfLiteNoType
         : std::is_signed<T>::value     ? kSigned[kSize]
                                        : kUnsigned[kSize];
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_PORTABLE_TYPE_TO_TFLITETYPE_H_
