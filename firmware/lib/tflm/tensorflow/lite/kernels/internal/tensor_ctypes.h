// A tensor's contents by their type, and its shape.

#ifndef TENSORFLOW_LITE_KERNELS_INTERNAL_TENSOR_CTYPES_H_
#define TENSORFLOW_LITE_KERNELS_INTERNAL_TENSOR_CTYPES_H_

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/kernels/internal/types.h"

namespace tflite {

template <typename T>
T* GetTensorData(TfLiteTensor* tensor) {
  return tensor ? static_cast<T*>(tensor->data.data) : nullptr;
}
template <typename T>
const T* GetTensorData(const TfLiteTensor* tensor) {
  return tensor ? static_cast<const T*>(tensor->data.data) : nullptr;
}

// Of no axes where there is no tensor.
inline RuntimeShape GetTensorShape(const TfLiteEvalTensor* tensor) {
  RuntimeShape shape;
  if (tensor && tensor->dims) {
    shape.Resize(tensor->dims->size);
    for (int i = 0; i < shape.DimensionsCount(); ++i) {
      shape.SetDim(i, tensor->dims->data[i]);
    }
  }
  return shape;
}

namespace micro {
using ::tflite::GetTensorShape;
}  // namespace micro

}  // namespace tflite

#endif  // TENSORFLOW_LITE_KERNELS_INTERNAL_TENSOR_CTYPES_H_
