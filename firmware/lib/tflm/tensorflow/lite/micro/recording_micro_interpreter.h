// An interpreter that can say how much of the arena it uses.

#ifndef TENSORFLOW_LITE_MICRO_RECORDING_MICRO_INTERPRETER_H_
#define TENSORFLOW_LITE_MICRO_RECORDING_MICRO_INTERPRETER_H_

#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/recording_micro_allocator.h"

namespace tflite {

class RecordingMicroInterpreter : public MicroInterpreter {
 public:
  using MicroInterpreter::MicroInterpreter;
  const RecordingMicroAllocator& GetMicroAllocator() const { return allocator_; }

 private:
  const RecordingMicroAllocator allocator_{*this};
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_RECORDING_MICRO_INTERPRETER_H_
