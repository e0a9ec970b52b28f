// What custom ops use to reach their tensors in invoke, with upstream's names.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_EVAL_TENSOR_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_EVAL_TENSOR_H_

#include "tensorflow/lite/c/common.h"

namespace tflite {
namespace micro {

// Null when the op has no such input (an optional one may be left out) or output.
inline const TfLiteEvalTensor* GetEvalInput(const TfLiteContext* context, const TfLiteNode* node,
                                            int index) {
  return index < node->inputs->size ? context->GetEvalTensor(context, node->inputs->data[index])
                                    : nullptr;
}
inline TfLiteEvalTensor* GetEvalOutput(const TfLiteContext* context, const TfLiteNode* node,
                                       int index) {
  return index < node->outputs->size ? context->GetEvalTensor(context, node->outputs->data[index])
                                     : nullptr;
}

template <typename T>
T* GetTensorData(TfLiteEvalTensor* tensor) {
  return static_cast<T*>(tensor->data.data);
}
template <typename T>
const T* GetTensorData(const TfLiteEvalTensor* tensor) {
  return static_cast<const T*>(tensor->data.data);
}

}  // namespace micro
}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_EVAL_TENSOR_H_
