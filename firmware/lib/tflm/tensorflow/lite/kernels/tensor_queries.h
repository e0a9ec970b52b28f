// What custom ops ask of their tensors, with upstream's names.

#ifndef TENSORFLOW_LITE_KERNELS_TENSOR_QUERIES_H_
#define TENSORFLOW_LITE_KERNELS_TENSOR_QUERIES_H_

#include <stdint.h>

#include <limits>

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/kernels/internal/compatibility.h"

namespace tflite {

inline int NumInputs(const TfLiteNode* node) { return node->inputs ? node->inputs->size : 0; }
inline int NumOutputs(const TfLiteNode* node) { return node->outputs ? node->outputs->size : 0; }
inline int NumIntermediates(const TfLiteNode* node) {
  return node->intermediates ? node->intermediates->size : 0;
}

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
inline bool HaveSameShapes(const TfLiteEvalTensor* a, const TfLiteEvalTensor* b) {
  return TfLiteIntArrayEqual(a->dims, b->dims) != 0;
}
inline bool IsConstantTensor(const TfLiteTensor* tensor) {
  return tensor->allocation_type == kTfLiteMmapRo;
}
inline bool IsConstantOrPersistentTensor(const TfLiteTensor* tensor) {
  return IsConstantTensor(tensor) || tensor->allocation_type == kTfLitePersistentRo;
}

// What a fused activation leaves of real numbers; all of them where it has no end.
template <typename T>
void CalculateActivationRange(TfLiteFusedActivation activation, T* min, T* max) {
  const bool is_relu = activation == kTfLiteActRelu || activation == kTfLiteActRelu6;
  const bool is_unit = activation == kTfLiteActReluN1To1;
  *min = is_relu ? T{0} : is_unit ? T{-1} : std::numeric_limits<T>::lowest();
  *max = activation == kTfLiteActRelu6 ? T{6} : is_unit ? T{1} : std::numeric_limits<T>::max();
}
// std::round() but for -0, without <cmath>: that takes a compiler longer than most of the ops.
inline float RoundHalfAway(float x) {
  constexpr float kAllWhole = 1 << 23;
  if (!(-kAllWhole < x && x < kAllWhole)) {
    return x;
  }
  const auto whole = static_cast<int32_t>(x);
  const float rest = x - static_cast<float>(whole);  // exact
  return static_cast<float>(whole + (rest >= 0.5f) - (rest <= -0.5f));
}
// The activation's range in steps of an int8, uint8 or int16 output. kTfLiteError for one of
// another type.
inline TfLiteStatus CalculateActivationRangeQuantized(TfLiteContext* context,
                                                      TfLiteFusedActivation activation,
                                                      const TfLiteTensor* output, int32_t* min,
                                                      int32_t* max) {
  const TfLiteType type = output->type;
  TF_LITE_ENSURE(context, type == kTfLiteInt8 || type == kTfLiteUInt8 || type == kTfLiteInt16);
  const int32_t low = type == kTfLiteUInt8 ? 0 : type == kTfLiteInt8 ? INT8_MIN : INT16_MIN;
  const int32_t high = type == kTfLiteUInt8  ? UINT8_MAX
                       : type == kTfLiteInt8 ? INT8_MAX
                                             : INT16_MAX;
  float real_min = 0;
  float real_max = 0;
  CalculateActivationRange(activation, &real_min, &real_max);
  const auto steps = [output, low, high](float real) {
    const float scaled = RoundHalfAway(real / output->params.scale);
    const float moved = scaled + static_cast<float>(output->params.zero_point);
    return moved <= static_cast<float>(low)    ? low
           : moved >= static_cast<float>(high) ? high
                                               : static_cast<int32_t>(moved);
  };
  *min = steps(real_min);
  *max = steps(real_max);
  return kTfLiteOk;
}

namespace micro {
using ::tflite::CalculateActivationRange;
using ::tflite::CalculateActivationRangeQuantized;
using ::tflite::GetInput;
using ::tflite::GetInputSafe;
using ::tflite::GetOptionalInputTensor;
using ::tflite::GetOutput;
using ::tflite::GetOutputSafe;
using ::tflite::GetVariableInput;
using ::tflite::HaveSameShapes;
using ::tflite::IsConstantOrPersistentTensor;
using ::tflite::IsConstantTensor;
using ::tflite::NumDimensions;
using ::tflite::NumElements;
using ::tflite::NumInputs;
using ::tflite::NumIntermediates;
using ::tflite::NumOutputs;
using ::tflite::SizeOfDimension;
}  // namespace micro

}  // namespace tflite

#endif  // TENSORFLOW_LITE_KERNELS_TENSOR_QUERIES_H_
