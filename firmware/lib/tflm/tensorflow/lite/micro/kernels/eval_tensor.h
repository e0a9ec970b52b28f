// What custom ops use to reach their tensors in invoke, with upstream's names.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_EVAL_TENSOR_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_EVAL_TENSOR_H_

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/tensor_queries.h"

namespace tflite {
namespace micro {

// A custom op's registration.
inline TFLMRegistration RegisterOp(void* (*init)(TfLiteContext*, const char*, size_t),
                                   TfLiteStatus (*prepare)(TfLiteContext*, TfLiteNode*),
                                   TfLiteStatus (*invoke)(TfLiteContext*, TfLiteNode*),
                                   void (*free)(TfLiteContext*, void*) = nullptr,
                                   void (*reset)(TfLiteContext*, void*) = nullptr) {
  return TFLMRegistration{init, free, prepare, invoke, reset, 0, nullptr};
}

// Null when the op has no such input (an optional one may be left out) or output.
inline const TfLiteEvalTensor* GetEvalInput(const TfLiteContext* context, const TfLiteNode* node,
                                            int index) {
  return index < node->inputs->size ? context->GetEvalTensor(context, node->inputs->data[index])
                                    : nullptr;
}
inline TfLiteEvalTensor* GetMutableEvalInput(const TfLiteContext* context, const TfLiteNode* node,
                                             int index) {
  return const_cast<TfLiteEvalTensor*>(GetEvalInput(context, node, index));
}
inline TfLiteEvalTensor* GetEvalOutput(const TfLiteContext* context, const TfLiteNode* node,
                                       int index) {
  return index < node->outputs->size ? context->GetEvalTensor(context, node->outputs->data[index])
                                     : nullptr;
}

// Null for a tensor that is not there.
template <typename T>
T* GetTensorData(TfLiteEvalTensor* tensor) {
  return tensor ? static_cast<T*>(tensor->data.data) : nullptr;
}
template <typename T>
const T* GetTensorData(const TfLiteEvalTensor* tensor) {
  return tensor ? static_cast<const T*>(tensor->data.data) : nullptr;
}
template <typename T>
const T* GetOptionalTensorData(const TfLiteEvalTensor* tensor) {
  return GetTensorData<T>(tensor);
}

inline PaddingType RuntimePaddingType(TfLitePadding padding) {
  return padding == kTfLitePaddingSame    ? PaddingType::kSame
         : padding == kTfLitePaddingValid ? PaddingType::kValid
                                          : PaddingType::kNone;
}

}  // namespace micro
}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_EVAL_TENSOR_H_
