// A context over tensors of a test, for an op's functions that are called without an interpreter.

#ifndef TENSORFLOW_LITE_MICRO_FAKE_MICRO_CONTEXT_H_
#define TENSORFLOW_LITE_MICRO_FAKE_MICRO_CONTEXT_H_

#include "tensorflow/lite/micro/arena_allocator/single_arena_buffer_allocator.h"
#include "tensorflow/lite/micro/kernels/custom_error.h"
#include "tensorflow/lite/micro/micro_arena_constants.h"
#include "tensorflow/lite/micro/micro_context.h"
#include "tensorflow/lite/micro/micro_graph.h"

namespace tflite {

class FakeMicroContext;

// By which a test fills in a TfLiteContext whose impl_ is its FakeMicroContext.
void* MicroContextAllocatePersistentBuffer(TfLiteContext* context, size_t bytes);
TfLiteStatus MicroContextRequestScratchBufferInArena(TfLiteContext* context, size_t bytes,
                                                     int* buffer_index);
void* MicroContextGetScratchBuffer(TfLiteContext* context, int buffer_index);
TfLiteTensor* MicroContextGetTensor(const TfLiteContext* context, int tensor_index);
TfLiteEvalTensor* MicroContextGetEvalTensor(const TfLiteContext* context, int tensor_index);
constexpr auto MicroContextReportOpError = tflm::ReportError;

class FakeMicroContext : public MicroContext {
 public:
  // Tensors are not counted: an index is one of theirs. All memory comes from the allocator's
  // persistent part, scratch, too. The graph is what graph() gives, of any context, as long as this
  // one lives; null: as before. All outlive the context.
  FakeMicroContext(TfLiteTensor* tensors, SingleArenaBufferAllocator* allocator,
                   MicroGraph* micro_graph)
      : tensors_(tensors), allocator_(allocator), graph_before_(MicroGraph::InTest()) {
    impl_ = this;
    TfLiteContext::AllocatePersistentBuffer = MicroContextAllocatePersistentBuffer;
    TfLiteContext::RequestScratchBufferInArena = MicroContextRequestScratchBufferInArena;
    TfLiteContext::GetScratchBuffer = MicroContextGetScratchBuffer;
    TfLiteContext::GetTensor = MicroContextGetTensor;
    TfLiteContext::GetEvalTensor = MicroContextGetEvalTensor;
    ReportError = MicroContextReportOpError;
    if (micro_graph != nullptr) {
      MicroGraph::InTest() = micro_graph;
    }
  }
  ~FakeMicroContext() { MicroGraph::InTest() = graph_before_; }
  FakeMicroContext(const FakeMicroContext&) = delete;
  FakeMicroContext& operator=(const FakeMicroContext&) = delete;

  // Null where the allocator has no room.
  void* AllocatePersistentBuffer(size_t bytes) {
    return allocator_->AllocatePersistentBuffer(bytes, MicroArenaBufferAlignment());
  }
  // kTfLiteError where the allocator has no room, and behind 12 buffers.
  TfLiteStatus RequestScratchBufferInArena(size_t bytes, int* buffer_index) {
    if (scratch_count_ == kScratchBuffers) {
      return kTfLiteError;
    }
    void* const buffer = AllocatePersistentBuffer(bytes);
    *buffer_index = scratch_count_;
    scratch_[scratch_count_] = buffer;
    scratch_count_ += buffer != nullptr ? 1 : 0;
    return buffer != nullptr ? kTfLiteOk : kTfLiteError;
  }
  void* GetScratchBuffer(int buffer_index) { return scratch_[buffer_index]; }
  TfLiteTensor* GetTensor(int tensor_index) { return &tensors_[tensor_index]; }
  // Giving back does nothing here.
  bool IsAllTempTfLiteTensorDeallocated() const { return true; }

 private:
  static constexpr int kScratchBuffers = 12;

  TfLiteTensor* const tensors_;
  SingleArenaBufferAllocator* const allocator_;
  MicroGraph* const graph_before_;
  void* scratch_[kScratchBuffers] = {};
  int scratch_count_ = 0;
};

inline FakeMicroContext& FakeOf(const TfLiteContext* context) {
  return *static_cast<FakeMicroContext*>(context->impl_);
}
inline void* MicroContextAllocatePersistentBuffer(TfLiteContext* context, size_t bytes) {
  return FakeOf(context).AllocatePersistentBuffer(bytes);
}
inline TfLiteStatus MicroContextRequestScratchBufferInArena(TfLiteContext* context, size_t bytes,
                                                            int* buffer_index) {
  return FakeOf(context).RequestScratchBufferInArena(bytes, buffer_index);
}
inline void* MicroContextGetScratchBuffer(TfLiteContext* context, int buffer_index) {
  return FakeOf(context).GetScratchBuffer(buffer_index);
}
inline TfLiteTensor* MicroContextGetTensor(const TfLiteContext* context, int tensor_index) {
  return FakeOf(context).GetTensor(tensor_index);
}
inline TfLiteEvalTensor* MicroContextGetEvalTensor(const TfLiteContext* context, int tensor_index) {
  return FakeOf(context).GetTensor(tensor_index);
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_FAKE_MICRO_CONTEXT_H_
