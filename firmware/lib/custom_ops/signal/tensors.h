// What the signal ops share: their tensors, checked, and their state in the arena.

#ifndef CUSTOM_OPS_SIGNAL_TENSORS_H_
#define CUSTOM_OPS_SIGNAL_TENSORS_H_

#include <cstdint>
#include <new>

#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace custom_ops {

inline int32_t Elements(const TfLiteEvalTensor& tensor) {
  int32_t elements = 1;
  for (int i = 0; i < tensor.dims->size; ++i) elements *= tensor.dims->data[i];
  return elements;
}

// Elements of an op's input or output `i` of this type; 0 if it is another one or not there.
inline int32_t InputElements(TfLiteContext* context, TfLiteNode* node, int i, TfLiteType type) {
  const TfLiteEvalTensor* const tensor = tflite::micro::GetEvalInput(context, node, i);
  return tensor && tensor->type == type ? Elements(*tensor) : 0;
}
inline int32_t OutputElements(TfLiteContext* context, TfLiteNode* node, int i, TfLiteType type) {
  const TfLiteEvalTensor* const tensor = tflite::micro::GetEvalOutput(context, node, i);
  return tensor && tensor->type == type ? Elements(*tensor) : 0;
}

template <typename T>
const T* InputOf(TfLiteContext* context, TfLiteNode* node, int i) {
  return tflite::micro::GetTensorData<T>(tflite::micro::GetEvalInput(context, node, i));
}
template <typename T>
T* OutputOf(TfLiteContext* context, TfLiteNode* node, int i) {
  return tflite::micro::GetTensorData<T>(tflite::micro::GetEvalOutput(context, node, i));
}

// In the arena, whose size is computed on the host for every board: a state has no pointers and no
// size_t. Null where the arena is full, which was said.
template <typename State>
State* NewState(TfLiteContext* context) {
  void* const memory = context->AllocatePersistentBuffer(context, sizeof(State));
  return memory ? new (memory) State{} : nullptr;
}

// What a resolver takes of an op without a Free; kReset: of one that keeps something.
template <auto kInit, auto kPrepare, auto kInvoke, auto kReset = nullptr>
const TFLMRegistration* RegistrationOf() {
  static constexpr TFLMRegistration kRegistration = {kInit,  nullptr, kPrepare, kInvoke,
                                                     kReset, 0,       nullptr};
  return &kRegistration;
}

// `fine`, said by a message that starts with the op's name if it is not.
inline TfLiteStatus Require(bool fine, const char* message) {
  if (!fine) MicroPrintf("%s", message);
  return fine ? kTfLiteOk : kTfLiteError;
}

}  // namespace custom_ops

#endif  // CUSTOM_OPS_SIGNAL_TENSORS_H_
