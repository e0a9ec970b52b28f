// How much of the arena is used, for people.

#ifndef TENSORFLOW_LITE_MICRO_RECORDING_MICRO_ALLOCATOR_H_
#define TENSORFLOW_LITE_MICRO_RECORDING_MICRO_ALLOCATOR_H_

#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace tflite {

class RecordingMicroAllocator {
 public:
  explicit RecordingMicroAllocator(const MicroInterpreter& interpreter)
      : interpreter_(interpreter) {}
  // Says what AllocateTensors used.
  void PrintAllocations() const {
    const auto persistent = static_cast<unsigned>(interpreter_.graph().persistent_bytes);
    const auto used = static_cast<unsigned>(interpreter_.arena_used_bytes());
    MicroPrintf("arena: %u bytes used, of them %u of the interpreter and the ops, %u of tensors",
                used, persistent, used - persistent);
  }

 private:
  const MicroInterpreter& interpreter_;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_RECORDING_MICRO_ALLOCATOR_H_
