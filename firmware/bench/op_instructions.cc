// Runs many models one after another and prints the ticks of each op: what the cost table is fitted
// to. Reads batch.bin in QEMU's working directory; for each model
//
//   model_bytes u32, arena_bytes u32, input_bytes u32, model, inputs (all of them concatenated)
//
// and a zero at the end. One line an op, and "model <number>" before each model's. All have the
// same ops: codegen/image/bench_image.py makes bench_ops.h with them.

#include <cstdint>
#include <cstring>

#include "bench_ops.h"
#include "start.h"
#include "tensorflow/lite/micro/micro_interpreter.h"

extern "C" {
extern uint8_t __heap_start[];
extern uint8_t __heap_end[];
}

namespace {

uint32_t g_batch;

[[noreturn]] void Die(const char* why) {
  Print(why);
  Exit();
}

void Open() {
  const uint32_t arguments[] = {reinterpret_cast<uint32_t>("batch.bin"), 1, 9};
  g_batch = static_cast<uint32_t>(Semihost(0x01, arguments));  // SYS_OPEN, "rb"
  if (g_batch == UINT32_MAX) {
    Die("cannot open batch.bin\n");
  }
}

void Read(void* to, uint32_t bytes) {
  const uint32_t arguments[] = {g_batch, reinterpret_cast<uint32_t>(to), bytes};
  if (bytes != 0 && Semihost(0x06, arguments) != 0) {  // SYS_READ: bytes that are missing
    Die("batch.bin is too short\n");
  }
}

uint8_t* Aligned(uint8_t* at) {
  return reinterpret_cast<uint8_t*>((reinterpret_cast<uintptr_t>(at) + 15) & ~uintptr_t{15});
}

void RunModel(const OpResolver& resolver, const uint32_t header[3]) {
  uint8_t* const model = Aligned(__heap_start);
  uint8_t* const inputs = Aligned(model + header[0]);
  uint8_t* const arena = Aligned(inputs + header[2]);
  if (arena + header[1] > __heap_end) {
    Die("a model of the batch is too large\n");
  }
  Read(model, header[0]);
  Read(inputs, header[2]);
  PrintingProfiler profiler;
  tflite::MicroInterpreter interpreter(tflite::GetModel(model, header[0]), resolver, arena,
                                       header[1], nullptr, &profiler);
  if (interpreter.AllocateTensors() != kTfLiteOk) {
    Die("AllocateTensors failed\n");
  }
  const uint8_t* from = inputs;
  for (uint32_t i = 0; i < interpreter.inputs_size(); ++i) {
    TfLiteTensor* const input = interpreter.input(i);
    std::memcpy(input->data.data, from, input->bytes);
    from += input->bytes;
  }
  if (interpreter.Invoke() != kTfLiteOk) {
    Die("Invoke failed\n");
  }
}

void Run() {
  StartTicks();
  PrintField("calibration ", Calibrate());
  OpResolver resolver;
  if (AddOps(resolver) != kTfLiteOk) {
    Die("AddOps failed\n");
  }
  Open();
  for (uint32_t number = 0;; ++number) {
    uint32_t header[3];
    Read(header, 4);
    if (header[0] == 0) {
      break;
    }
    Read(header + 1, 8);
    PrintField("model ", number);
    RunModel(resolver, header);
  }
  Print("end\n");
}

}  // namespace
