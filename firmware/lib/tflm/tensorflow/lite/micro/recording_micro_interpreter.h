// An interpreter that can say how much of the arena it uses.

#ifndef TENSORFLOW_LITE_MICRO_RECORDING_MICRO_INTERPRETER_H_
#define TENSORFLOW_LITE_MICRO_RECORDING_MICRO_INTERPRETER_H_

#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/recording_micro_allocator.h"

namespace tflite {

class RecordingMicroInterpreter : public MicroInterpreter {
 public:
  // In an arena without an allocator.
  RecordingMicroInterpreter(const Model* model, const MicroOpResolver& op_resolver,
                            uint8_t* tensor_arena, size_t tensor_arena_size,
                            MicroResourceVariables* resource_variables = nullptr,
                            MicroProfilerInterface* profiler = nullptr)
      : MicroInterpreter(model, op_resolver, tensor_arena, tensor_arena_size, resource_variables,
                         profiler) {
    own_.interpreter_ = this;
  }
  // `allocator` must outlive the interpreter.
  RecordingMicroInterpreter(const Model* model, const MicroOpResolver& op_resolver,
                            RecordingMicroAllocator* allocator,
                            MicroResourceVariables* resource_variables = nullptr,
                            MicroProfilerInterface* profiler = nullptr)
      : MicroInterpreter(model, op_resolver, allocator, resource_variables, profiler),
        allocator_(allocator ? allocator : &own_) {
    allocator_->interpreter_ = this;
  }
  const RecordingMicroAllocator& GetMicroAllocator() const { return *allocator_; }

 private:
  RecordingMicroAllocator own_{nullptr, 0};
  RecordingMicroAllocator* const allocator_ = &own_;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_RECORDING_MICRO_INTERPRETER_H_
