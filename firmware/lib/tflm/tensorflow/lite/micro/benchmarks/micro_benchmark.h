// Runs a model and measures what takes how long, as upstream's benchmarks do.

#ifndef TENSORFLOW_LITE_MICRO_BENCHMARKS_MICRO_BENCHMARK_H_
#define TENSORFLOW_LITE_MICRO_BENCHMARKS_MICRO_BENCHMARK_H_

#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/micro_time.h"
#include "tensorflow/lite/micro/recording_micro_interpreter.h"
#include "tensorflow/lite/micro/system_setup.h"

namespace tflite {

// A model with inputs of type T, in an arena of the caller's.
template <typename T>
class MicroBenchmarkRunner {
 public:
  // What goes wrong is said; nothing runs then.
  MicroBenchmarkRunner(const uint8_t* model, const MicroOpResolver* op_resolver,
                       uint8_t* tensor_arena, int tensor_arena_size,
                       MicroProfilerInterface* profiler = nullptr, int = 0)
      : interpreter_(GetModel(model), *op_resolver, tensor_arena,
                     static_cast<size_t>(tensor_arena_size), nullptr, profiler) {
    interpreter_.AllocateTensors();
  }

  void RunSingleIteration() {
    if (interpreter_.Invoke() != kTfLiteOk) {
      MicroPrintf("Invoke failed");
    }
  }
  int NumInputs() const { return static_cast<int>(interpreter_.inputs_size()); }
  // Bytes of T that follow from the seed.
  void SetRandomInput(int random_seed, int input_index = 0) {
    auto state = static_cast<uint32_t>(random_seed);
    TfLiteTensor* const input = interpreter_.input(static_cast<size_t>(input_index));
    for (size_t i = 0; input && i < input->bytes / sizeof(T); ++i) {
      state = state * 1664525u + 1013904223u;
      static_cast<T*>(input->data.data)[i] = static_cast<T>(state >> 24);
    }
  }
  void SetInput(const T* custom_input, int input_index = 0) {
    TfLiteTensor* const input = interpreter_.input(static_cast<size_t>(input_index));
    for (size_t i = 0; input && i < input->bytes / sizeof(T); ++i) {
      static_cast<T*>(input->data.data)[i] = custom_input[i];
    }
  }
  void PrintAllocations() const { interpreter_.GetMicroAllocator().PrintAllocations(); }

 private:
  RecordingMicroInterpreter interpreter_;
};

}  // namespace tflite

// Of before 2022: a program of its own, and how long a call of it takes.
#define TF_LITE_MICRO_BENCHMARKS_BEGIN \
  int main() {                         \
    tflite::InitializeTarget();
#define TF_LITE_MICRO_BENCHMARKS_END \
  return 0;                          \
  }
#define TF_LITE_MICRO_BENCHMARK(call)                                               \
  do {                                                                              \
    const uint32_t start = tflite::GetCurrentTimeTicks();                           \
    call;                                                                           \
    const auto ticks = static_cast<int32_t>(tflite::GetCurrentTimeTicks() - start); \
    MicroPrintf("%s took %d ticks (%u ms)", #call, static_cast<int>(ticks),         \
                static_cast<unsigned>(tflite::TicksToMs(ticks)));                   \
  } while (false)

#endif  // TENSORFLOW_LITE_MICRO_BENCHMARKS_MICRO_BENCHMARK_H_
