// What custom ops ask of their tensors, with upstream's names.

#ifndef TENSORFLOW_LITE_KERNELS_KERNEL_UTIL_H_
#define TENSORFLOW_LITE_KERNELS_KERNEL_UTIL_H_

#include <stdint.h>

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/kernels/internal/compatibility.h"

namespace tflite {

inline int NumInputs(const TfLiteNode* node) { return node->inputs ? node->inputs->size : 0; }
inline int NumOutputs(const TfLiteNode* node) { return node->outputs ? node->outputs->size : 0; }

// Null where the op has no such input, or it is left out.
inline const TfLiteTensor* GetInput(const TfLiteContext* context, const TfLiteNode* node,
                                    int index) {
  return index >= 0 && index < NumInputs(node)
             ? context->GetTensor(context, node->inputs->data[index])
             : nullptr;
}
inline const TfLiteTensor* GetOptionalInputTensor(const TfLiteContext* context,
                                                  const TfLiteNode* node, int index) {
  return GetInput(context, node, index);
}
inline TfLiteTensor* GetOutput(const TfLiteContext* context, const TfLiteNode* node, int index) {
  return index >= 0 && index < NumOutputs(node)
             ? context->GetTensor(context, node->outputs->data[index])
             : nullptr;
}
inline TfLiteTensor* GetVariableInput(TfLiteContext* context, const TfLiteNode* node, int index) {
  TfLiteTensor* const tensor = const_cast<TfLiteTensor*>(GetInput(context, node, index));
  return tensor && tensor->is_variable ? tensor : nullptr;
}
inline TfLiteStatus GetInputSafe(const TfLiteContext* context, const TfLiteNode* node, int index,
                                 const TfLiteTensor** tensor) {
  *tensor = GetInput(context, node, index);
  return *tensor ? kTfLiteOk : kTfLiteError;
}
inline TfLiteStatus GetOutputSafe(const TfLiteContext* context, const TfLiteNode* node, int index,
                                  TfLiteTensor** tensor) {
  *tensor = GetOutput(context, node, index);
  return *tensor ? kTfLiteOk : kTfLiteError;
}

inline int64_t NumElements(const TfLiteIntArray* dims) {
  int64_t count = 1;
  for (int i = 0; dims && i < dims->size; ++i) {
    count *= dims->data[i];
  }
  return count;
}
// Of a TfLiteTensor or a TfLiteEvalTensor.
template <typename Tensor>
int64_t NumElements(const Tensor* tensor) {
  return NumElements(tensor->dims);
}
template <typename Tensor>
int NumDimensions(const Tensor* tensor) {
  return tensor->dims ? tensor->dims->size : 0;
}
template <typename Tensor>
int SizeOfDimension(const Tensor* tensor, int dim) {
  return tensor->dims->data[dim];
}
inline bool HaveSameShapes(const TfLiteTensor* a, const TfLiteTensor* b) {
  return TfLiteIntArrayEqual(a->dims, b->dims) != 0;
}
inline bool IsConstantTensor(const TfLiteTensor* tensor) {
  return tensor->allocation_type == kTfLiteMmapRo;
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_KERNELS_KERNEL_UTIL_H_
