// What a custom op asks of the interpreter by way of an object rather than of function pointers.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_CONTEXT_H_
#define TENSORFLOW_LITE_MICRO_MICRO_CONTEXT_H_

#include "tensorflow/lite/c/common.h"

namespace tflite {

// By which a custom op's invoke ends an Invoke that has no result yet, without a fault: it becomes
// Invoke's own status, and the op is asked again in the next one.
constexpr TfLiteStatus kTfLiteAbort = static_cast<TfLiteStatus>(15);

class MicroGraph;

// Over the context itself, of which it has nothing but names.
class MicroContext : protected TfLiteContext {
 public:
  static MicroContext* Of(const TfLiteContext* context) {
    return static_cast<MicroContext*>(const_cast<TfLiteContext*>(context));
  }
  void* AllocatePersistentBuffer(size_t bytes) {
    return TfLiteContext::AllocatePersistentBuffer(this, bytes);
  }
  TfLiteStatus RequestScratchBufferInArena(size_t bytes, int* buffer_index) {
    return TfLiteContext::RequestScratchBufferInArena(this, bytes, buffer_index);
  }
  void* GetScratchBuffer(int buffer_index) {
    return TfLiteContext::GetScratchBuffer(this, buffer_index);
  }
  // Null where the op has no such tensor. They live as long as the op; giving them back does
  // nothing.
  TfLiteTensor* AllocateTempTfLiteTensor(int tensor_index) {
    return TfLiteContext::GetTensor(this, tensor_index);
  }
  TfLiteTensor* AllocateTempInputTensor(const TfLiteNode* node, int index) {
    return index < node->inputs->size ? AllocateTempTfLiteTensor(node->inputs->data[index])
                                      : nullptr;
  }
  TfLiteTensor* AllocateTempOutputTensor(const TfLiteNode* node, int index) {
    return index < node->outputs->size ? AllocateTempTfLiteTensor(node->outputs->data[index])
                                       : nullptr;
  }
  TfLiteTensor* AllocateTempIntermediateTensor(const TfLiteNode* node, int index) {
    return node->intermediates && index < node->intermediates->size
               ? AllocateTempTfLiteTensor(node->intermediates->data[index])
               : nullptr;
  }
  void DeallocateTempTfLiteTensor(TfLiteTensor*) {}
  TfLiteEvalTensor* GetEvalTensor(int tensor_index) {
    return TfLiteContext::GetEvalTensor(this, tensor_index);
  }
  // The model's subgraphs (micro_graph.h), which is not linked where nobody asks for it.
  MicroGraph& graph();
  // What MicroInterpreter::SetMicroExternalContext was given, by whichever interpreter.
  void* external_context() { return ExternalContext(); }

  static void*& ExternalContext() {
    static void* context = nullptr;
    return context;
  }
};

inline MicroContext* GetMicroContext(const TfLiteContext* context) {
  return MicroContext::Of(context);
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_CONTEXT_H_
