// The benchmark image: one model, a resolver with its ops alone, no application. Measures
// AllocateTensors and Invoke in ticks (start.h) and the stack's high-water mark; prints them with
// every output byte.
//
// codegen/bench_image.py makes bench_model.h: OpResolver, AddOps, kTensorArenaSize, the model and
// its inputs.

#include <cstddef>
#include <cstdint>
#include <new>

#include "bench_model.h"
#include "start.h"
#include "tensorflow/lite/micro/micro_interpreter.h"

namespace {

alignas(16) uint8_t g_arena[kTensorArenaSize];

// Not on the stack, as in the firmware; the baseline has them in static memory, too.
alignas(OpResolver) uint8_t g_resolver_storage[sizeof(OpResolver)];
alignas(tflite::MicroInterpreter) uint8_t g_interpreter_storage[sizeof(tflite::MicroInterpreter)];

#if MCUFORGE_BENCH_PROFILE
PrintingProfiler g_profiler_storage;
tflite::MicroProfilerInterface* const g_profiler = &g_profiler_storage;
#else
tflite::MicroProfilerInterface* const g_profiler = nullptr;
#endif

void Run() {
  StartTicks();
  PrintField("calibration ", Calibrate());

  OpResolver& resolver = *new (g_resolver_storage) OpResolver;
  if (AddOps(resolver) != kTfLiteOk) {
    Fault();
  }
  uint32_t start = Ticks();
  tflite::MicroInterpreter& interpreter = *new (g_interpreter_storage) tflite::MicroInterpreter(
      tflite::GetModel(g_model), resolver, g_arena, sizeof(g_arena), nullptr, g_profiler);
  const TfLiteStatus status = interpreter.AllocateTensors();
  PrintField("init ", Ticks() - start);
  PrintField("arena ", interpreter.arena_used_bytes());
  if (status != kTfLiteOk) {
    Fault();
  }
  TfLiteTensor* const input = interpreter.input(0);
  TfLiteTensor* const output = interpreter.output(0);
  for (uint32_t i = 0; i < kBenchInputs; ++i) {
    for (uint32_t j = 0; j < input->bytes; ++j) {
      input->data.int8[j] = static_cast<int8_t>(g_inputs[i * input->bytes + j]);
    }
    start = Ticks();
    if (interpreter.Invoke() != kTfLiteOk) {
      Fault();
    }
    PrintField("invoke ", Ticks() - start);
    Print("output ");
    for (uint32_t j = 0; j < output->bytes; ++j) {
      PrintHex(output->data.uint8[j], 2);
    }
    Print("\n");
  }
  uint32_t* deepest = __stack_bottom;
  while (*deepest == kStackPaint) {
    ++deepest;
  }
  PrintField("stack ", static_cast<uint32_t>(reinterpret_cast<uint8_t*>(__stack_top) -
                                             reinterpret_cast<uint8_t*>(deepest)));
}

}  // namespace

#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
#error "the benchmark is built with TF_LITE_STRIP_ERROR_STRINGS, as the baseline was"
#endif
