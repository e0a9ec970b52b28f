#include "model.h"

#include <new>

#include "arena.h"
#include "board.h"
#include "console.h"
#include "model_data.h"
#include "model_info.h"
#include "op_observer.h"
#include "op_resolver.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "wire/crc32.h"

namespace model {
namespace {

alignas(16) uint8_t g_arena[mcuforge::kTensorArenaSize];

// Storage for objects that live as long as the program: made by Setup, in its order, and never
// destroyed, so that no exit handler is linked.
alignas(mcuforge::OpResolver) uint8_t g_resolver_storage[sizeof(mcuforge::OpResolver)];
alignas(tflite::MicroInterpreter) uint8_t g_interpreter_storage[sizeof(tflite::MicroInterpreter)];
alignas(OpObserver) uint8_t g_op_observer_storage[sizeof(OpObserver)];
tflite::MicroInterpreter* g_interpreter = nullptr;
OpObserver* g_op_observer = nullptr;
TfLiteTensor* g_input = nullptr;
TfLiteTensor* g_output = nullptr;

// Of an input that comes in pieces: its values so far and their CRC-32.
size_t g_loaded = 0;
uint32_t g_loaded_crc = 0;

bool IsInt8(const TfLiteTensor* tensor, size_t bytes) {
  return tensor != nullptr && tensor->type == kTfLiteInt8 && tensor->bytes == bytes;
}

}  // namespace

wire::Setup Setup() {
  console::Clear();
  const tflite::Model* model = tflite::GetModel(mcuforge::g_model_data);
  if (model == nullptr || model->version() != TFLITE_SCHEMA_VERSION) {
    return wire::Setup::BAD_SCHEMA;
  }
  auto* resolver = new (g_resolver_storage) mcuforge::OpResolver();
  if (mcuforge::AddOps(*resolver) != kTfLiteOk) return wire::Setup::RESOLVER_FAILED;

  g_op_observer = new (g_op_observer_storage) OpObserver();
  auto* interpreter = new (g_interpreter_storage)
      tflite::MicroInterpreter(model, *resolver, g_arena, sizeof(g_arena), nullptr, g_op_observer);
  if (interpreter->initialization_status() != kTfLiteOk ||
      interpreter->AllocateTensors() != kTfLiteOk) {
    return wire::Setup::ALLOCATE_FAILED;
  }
  if (interpreter->inputs_size() != 1 || interpreter->outputs_size() != 1 ||
      !IsInt8(interpreter->input(0), mcuforge::kInputBytes) ||
      !IsInt8(interpreter->output(0), mcuforge::kOutputBytes)) {
    return wire::Setup::IO_MISMATCH;
  }
  g_interpreter = interpreter;
  g_input = interpreter->input(0);
  g_output = interpreter->output(0);
  return wire::Setup::READY;
}

size_t ArenaUsedBytes() { return g_interpreter == nullptr ? 0 : g_interpreter->arena_used_bytes(); }

size_t Load(wire::Format format, size_t offset, wire::Span values) {
  if (offset == 0) g_loaded = g_loaded_crc = 0;
  if (offset != g_loaded) return g_loaded;
  int8_t* input = g_input->data.int8 + offset;
  for (size_t i = 0; i < values.size; ++i) {
    const uint8_t value = values.data[i];
    input[i] = format == wire::Format::RAW_S8 ? static_cast<int8_t>(value)
                                              : mcuforge::kPixelToInput[value];
  }
  g_loaded_crc = wire::Crc32(values.data, values.size, g_loaded_crc);
  return g_loaded += values.size;
}

bool IsLoaded(uint32_t crc) { return g_loaded == mcuforge::kInputBytes && g_loaded_crc == crc; }

bool SetPacked(wire::Span runs) {
  g_loaded = 0;
  const int8_t zero = mcuforge::kPixelToInput[0];
  int8_t* input = g_input->data.int8;
  int8_t* const end = input + mcuforge::kInputBytes;
  const uint8_t* from = runs.data;
  const uint8_t* const runs_end = from + runs.size;
  while (from != runs_end) {
    if (runs_end - from < 2) return false;
    size_t zeros = *from++;
    size_t count = *from++;
    if (static_cast<size_t>(runs_end - from) < count) return false;
    if (static_cast<size_t>(end - input) < zeros + count) return false;
    for (; zeros > 0; --zeros) *input++ = zero;
    for (; count > 0; --count) *input++ = mcuforge::kPixelToInput[*from++];
  }
  while (input != end) *input++ = zero;
  return true;
}

bool Run(uint32_t* ticks, OnOp on_op) {
  console::Clear();
  g_loaded = 0;
  g_op_observer->Start(on_op);
  const uint32_t start = board::Ticks();
  const bool ok = g_interpreter->Invoke() == kTfLiteOk;
  *ticks = board::Ticks() - start;
  return ok;
}

void Reset() { g_interpreter->Reset(); }

const uint8_t* Arena() { return g_arena; }

const int8_t* Scores() { return g_output->data.int8; }

uint8_t Predicted() {
  const int8_t* scores = Scores();
  size_t best = 0;
  for (size_t i = 1; i < mcuforge::kOutputBytes; ++i) {
    if (scores[i] > scores[best]) best = i;
  }
  return static_cast<uint8_t>(best);
}

}  // namespace model
