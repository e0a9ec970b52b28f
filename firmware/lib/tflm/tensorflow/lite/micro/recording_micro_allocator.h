// How much of the arena is used, for people.

#ifndef TENSORFLOW_LITE_MICRO_RECORDING_MICRO_ALLOCATOR_H_
#define TENSORFLOW_LITE_MICRO_RECORDING_MICRO_ALLOCATOR_H_

#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace tflite {

class RecordingMicroAllocator : public MicroAllocator {
 public:
  // As MicroAllocator's.
  static RecordingMicroAllocator* Create(uint8_t* tensor_arena, size_t arena_size) {
    return CreateAs<RecordingMicroAllocator>(tensor_arena, arena_size);
  }
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

  const MicroInterpreter* interpreter_ = nullptr;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_RECORDING_MICRO_ALLOCATOR_H_
