// How much of the arena is used, for people.

#ifndef TENSORFLOW_LITE_MICRO_RECORDING_MICRO_ALLOCATOR_H_
#define TENSORFLOW_LITE_MICRO_RECORDING_MICRO_ALLOCATOR_H_

#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace tflite {

// What a part of the arena is for, by upstream's names.
enum class RecordedAllocationType {
  kTfLiteEvalTensorData,                    // here: where each tensor lies
  kPersistentTfLiteTensorData,              // inputs and outputs, as the interpreter gives them
  kPersistentTfLiteTensorQuantizationData,  // none here: it is read from the model
  kPersistentBufferData,                    // what ops keep
  kTfLiteTensorVariableBufferData,          // none here: variables lie among the tensors
  kNodeAndRegistrationArray,
  kOpData,  // none here: it is read from the model
};

struct RecordedAllocation {
  size_t requested_bytes;
  size_t used_bytes;
  size_t count;
};

class RecordingMicroAllocator : public MicroAllocator {
 public:
  // As MicroAllocator's.
  static RecordingMicroAllocator* Create(uint8_t* tensor_arena, size_t arena_size) {
    return CreateAs<RecordingMicroAllocator>(tensor_arena, arena_size);
  }
  // What AllocateTensors of its interpreter used; nothing while it has none.
  RecordedAllocation GetRecordedAllocation(RecordedAllocationType type) const {
    if (interpreter_ == nullptr) {
      return {0, 0, 0};
    }
    const tflm::Graph& graph = interpreter_->graph();
    const size_t ends = interpreter_->inputs_size() + interpreter_->outputs_size();
    const RecordedAllocation locations = Of(graph.tensors.count, sizeof(tflm::Location));
    const RecordedAllocation nodes = Of(graph.operators.count, sizeof(tflm::Node));
    const RecordedAllocation tensors = Of(ends, sizeof(TfLiteTensor));
    const size_t lists = locations.used_bytes + nodes.used_bytes + tensors.used_bytes;
    size_t keeping = 0;
    for (uint32_t i = 0; i < graph.operators.count; ++i) {
      keeping += graph.nodes[i].params != 0 ? 1 : 0;
    }
    switch (type) {
      case RecordedAllocationType::kTfLiteEvalTensorData:
        return locations;
      case RecordedAllocationType::kPersistentTfLiteTensorData:
        return tensors;
      case RecordedAllocationType::kPersistentBufferData:
        return {graph.persistent_bytes - lists, graph.persistent_bytes - lists, keeping};
      case RecordedAllocationType::kNodeAndRegistrationArray:
        return nodes;
      default:
        return {0, 0, 0};
    }
  }
  // By upstream's name of what counts there: the bytes of AllocateTensors, nothing before it.
  const RecordingMicroAllocator* GetSimpleMemoryAllocator() const { return this; }
  size_t GetUsedBytes() const {
    return interpreter_ == nullptr ? 0 : interpreter_->arena_used_bytes();
  }
  size_t GetPersistentUsedBytes() const {
    return interpreter_ == nullptr ? 0 : interpreter_->graph().persistent_bytes;
  }
  size_t GetNonPersistentUsedBytes() const { return GetUsedBytes() - GetPersistentUsedBytes(); }
  // Says what AllocateTensors of its interpreter used; nothing while it has none.
  void PrintAllocations() const {
    if (interpreter_ == nullptr) {
      return;
    }
    const auto persistent = static_cast<unsigned>(interpreter_->graph().persistent_bytes);
    const auto used = static_cast<unsigned>(interpreter_->arena_used_bytes());
    MicroPrintf("arena: %u bytes used, of them %u of the interpreter and the ops, %u of tensors",
                used, persistent, used - persistent);
  }

 private:
  friend class MicroAllocator;
  friend class RecordingMicroInterpreter;
  RecordingMicroAllocator(uint8_t* arena, size_t arena_bytes)
      : MicroAllocator(arena, arena_bytes) {}

  // In the arena each begins at a multiple of 8.
  static RecordedAllocation Of(size_t count, size_t element_bytes) {
    return {count * element_bytes, (count * element_bytes + 7) / 8 * 8, count};
  }

  const MicroInterpreter* interpreter_ = nullptr;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_RECORDING_MICRO_ALLOCATOR_H_
