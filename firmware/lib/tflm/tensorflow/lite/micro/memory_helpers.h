// Sizes of tensors.

#ifndef TENSORFLOW_LITE_MICRO_MEMORY_HELPERS_H_
#define TENSORFLOW_LITE_MICRO_MEMORY_HELPERS_H_

#include <stdint.h>

#include "tensorflow/lite/c/common.h"

namespace tflite {

// Called, not inlined: of an array {0}, whose length GCC sees, it would warn for the loop.
[[gnu::noinline]] inline int ElementCount(const TfLiteIntArray& dims) {
  int count = 1;
  for (int i = 0; i < dims.size; ++i) {
    count *= dims.data[i];
  }
  return count;
}

// kTfLiteError for a type without a size of its own.
inline TfLiteStatus TfLiteTypeSizeOf(TfLiteType type, size_t* size) {
  *size = TfLiteTypeGetSize(type);
  return *size != 0 ? kTfLiteOk : kTfLiteError;
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MEMORY_HELPERS_H_
