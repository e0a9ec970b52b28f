// The benchmark image: one model and what runs it alone, no application. Measures setting it up
// (AllocateTensors) and Invoke in ticks (start.h) and the stack's high-water mark; writes them with
// every output byte to results.bin in QEMU's working directory, which verification/bench/measure.py
// reads.
//
// codegen/image/bench_image.py makes bench_model.h: OpResolver, AddOps, kTensorArenaSize, the
// model, its inputs and the sizes of inputs and outputs.

#include <cstddef>
#include <cstdint>

#if MCUFORGE_BENCH_AOT
#include "aot_subject.h"
#else
#include "interpreter_subject.h"
#endif

// Else the compiler sees what the loops are, and calls memcpy and memset.
#pragma GCC optimize("no-tree-loop-distribute-patterns")

namespace {

alignas(16) uint8_t g_arena[kTensorArenaSize];

struct Results {
  uint32_t calibration;  // ticks, as init and invoke
  uint32_t init;
  uint32_t arena;  // bytes, as stack
  uint32_t stack;
  uint32_t invoke[kBenchInputs];
  uint8_t outputs[kBenchInputs][kAllOutputBytes];
};
Results g_results;

void WriteResults() {
  const uint32_t open[] = {reinterpret_cast<uint32_t>("results.bin"), 5, 11};
  const auto file = static_cast<uint32_t>(Semihost(0x01, open));  // SYS_OPEN, "wb"
  constexpr uint32_t kBytes = offsetof(Results, outputs) + sizeof(g_results.outputs);  // no padding
  const uint32_t write[] = {file, reinterpret_cast<uint32_t>(&g_results), kBytes};
  Semihost(0x05, write);  // SYS_WRITE
}

void Run() {
  StartTicks();
  g_results.calibration = Calibrate();

  if (!subject::Make(g_arena, sizeof(g_arena))) {
    Fault();
  }
  uint32_t start = Ticks();
  const bool is_ready = subject::Init();
  g_results.init = Ticks() - start;
  if (!is_ready) {
    Fault();
  }
  g_results.arena = subject::ArenaBytes();
  const uint8_t* from = g_inputs;
  for (uint32_t i = 0; i < kBenchInputs; ++i) {
    int index = 0;
    for (const uint32_t bytes : kInputBytes) {
      uint8_t* const input = subject::Input(index++);
      for (uint32_t j = 0; j < bytes; ++j) {
        input[j] = *from++;
      }
    }
    start = Ticks();
    if (!subject::Invoke()) {
      Fault();
    }
    g_results.invoke[i] = Ticks() - start;
    uint8_t* to = g_results.outputs[i];
    index = 0;
    for (const uint32_t bytes : kOutputBytes) {
      const uint8_t* const output = subject::Output(index++);
      for (uint32_t j = 0; j < bytes; ++j) {
        *to++ = output[j];
      }
    }
  }
  uint32_t* deepest = __stack_bottom;
  while (*deepest == kStackPaint) {
    ++deepest;
  }
  g_results.stack = static_cast<uint32_t>(reinterpret_cast<uint8_t*>(__stack_top) -
                                          reinterpret_cast<uint8_t*>(deepest));
  WriteResults();
}

}  // namespace

#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
#error "the benchmark is built with TF_LITE_STRIP_ERROR_STRINGS, as the baseline was"
#endif
