// Sizes of tensors, and addresses and sizes at multiples of an alignment.

#ifndef TENSORFLOW_LITE_MICRO_MEMORY_HELPERS_H_
#define TENSORFLOW_LITE_MICRO_MEMORY_HELPERS_H_

#include <stddef.h>
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

inline uint8_t* AlignPointerDown(uint8_t* data, size_t alignment) {
  return data - reinterpret_cast<uintptr_t>(data) % alignment;
}
inline uint8_t* AlignPointerUp(uint8_t* data, size_t alignment) {
  return data + (alignment - reinterpret_cast<uintptr_t>(data) % alignment) % alignment;
}
inline size_t AlignSizeUp(size_t size, size_t alignment) {
  return (size + alignment - 1) / alignment * alignment;
}
template <typename T>
size_t AlignSizeUp(size_t count = 1) {
  return AlignSizeUp(sizeof(T) * count, alignof(T));
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MEMORY_HELPERS_H_
