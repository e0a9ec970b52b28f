// What main.cc measures: the model by the interpreter.

#ifndef MCUFORGE_BENCH_INTERPRETER_SUBJECT_H_
#define MCUFORGE_BENCH_INTERPRETER_SUBJECT_H_

#include <new>

#include "bench_model.h"
#include "start.h"
#include "tensorflow/lite/micro/micro_interpreter.h"

namespace subject {
namespace {

// Not on the stack, as in the firmware; the baseline has them in static memory, too.
alignas(OpResolver) uint8_t g_resolver_storage[sizeof(OpResolver)];
alignas(tflite::MicroInterpreter) uint8_t g_interpreter_storage[sizeof(tflite::MicroInterpreter)];
tflite::MicroInterpreter* g_interpreter;

// What comes before the time that Init takes.
inline bool Make(uint8_t* arena, size_t arena_bytes) {
  OpResolver& resolver = *new (g_resolver_storage) OpResolver;
  if (AddOps(resolver) != kTfLiteOk) {
    return false;
  }
#if MCUFORGE_BENCH_PROFILE
  alignas(PrintingProfiler) static uint8_t profiler_storage[sizeof(PrintingProfiler)];
  tflite::MicroProfilerInterface* const observer = new (profiler_storage) PrintingProfiler;
#else
  tflite::MicroProfilerInterface* const observer = nullptr;
#endif
  g_interpreter = new (g_interpreter_storage) tflite::MicroInterpreter(
      tflite::GetModel(g_model), resolver, arena, arena_bytes, nullptr, observer);
  return true;
}

inline bool Init() { return g_interpreter->AllocateTensors() == kTfLiteOk; }
inline uint32_t ArenaBytes() { return g_interpreter->arena_used_bytes(); }
inline uint8_t* Input(int i) { return g_interpreter->input(i)->data.uint8; }
inline const uint8_t* Output(int i) { return g_interpreter->output(i)->data.uint8; }
inline bool Invoke() { return g_interpreter->Invoke() == kTfLiteOk; }

}  // namespace
}  // namespace subject

#endif  // MCUFORGE_BENCH_INTERPRETER_SUBJECT_H_
