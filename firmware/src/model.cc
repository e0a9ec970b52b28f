#include "model.h"

#include <cstddef>
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

// Upstream alone has it, and its interpreter refuses VAR_HANDLE without such a table.
#if __has_include("tensorflow/lite/micro/micro_resource_variable.h")
#define MCUFORGE_MAKE_VARIABLES 1
#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_resource_variable.h"
#endif

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

// Of an input that comes in pieces: its format, its values so far, and their CRC-32.
wire::Format g_format;
size_t g_loaded = 0;
uint32_t g_loaded_crc = 0;

// Where the next pixel of an input goes; of packed ones, the place in the run besides.
size_t g_next = 0;
bool g_zeros_came = false;  // the run's first byte
uint8_t g_count_left = 0;   // of its pixels

void PutZeros(size_t count) {
  for (; count > 0; --count) g_input->data.int8[g_next++] = mcuforge::kPixelToInput[0];
}

// Takes one byte of runs (docs/protocol.md, INFER): zeros, count, `count` pixels. False if the run
// goes beyond the input.
bool Unpack(uint8_t byte) {
  if (g_count_left > 0) {
    --g_count_left;
    g_input->data.int8[g_next++] = mcuforge::kPixelToInput[byte];
    return true;
  }
  if (byte > mcuforge::kInputBytes - g_next) return false;
  g_zeros_came = !g_zeros_came;
  if (!g_zeros_came) {
    g_count_left = byte;
    return true;
  }
  PutZeros(byte);
  return true;
}

// True if what Load took is a whole input. What follows the last run is zero.
bool IsWhole() {
  if (g_format != wire::Format::PACKED_U8) return g_next == mcuforge::kInputBytes;
  if (g_zeros_came || g_count_left > 0) return false;
  PutZeros(mcuforge::kInputBytes - g_next);
  return true;
}

#if MCUFORGE_MAKE_VARIABLES
// The table of a streaming model's variables; its size is from above: it took 240 + 40 a variable
// with 64-bit pointers.
constexpr size_t kVariableTableBytes = 512;
constexpr size_t kVariableBytes = 48;

tflite::MicroResourceVariables* MakeVariables() {
  if constexpr (mcuforge::kVariableCount == 0) {
    return nullptr;
  } else {
    alignas(
        16) static uint8_t table[kVariableTableBytes + kVariableBytes * mcuforge::kVariableCount];
    return tflite::MicroResourceVariables::Create(
        tflite::MicroAllocator::Create(table, sizeof(table)), mcuforge::kVariableCount);
  }
}
#else
constexpr std::nullptr_t MakeVariables() { return nullptr; }
#endif

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
  auto* interpreter = new (g_interpreter_storage) tflite::MicroInterpreter(
      model, *resolver, g_arena, sizeof(g_arena), MakeVariables(), g_op_observer);
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

bool Set(wire::Format format, wire::Span values) { return Load(format, 0, values) && IsWhole(); }

bool Load(wire::Format format, size_t offset, wire::Span values) {
  if (offset == 0) {
    g_format = format;
    g_loaded = g_next = 0;
    g_loaded_crc = 0;
    g_zeros_came = false;
    g_count_left = 0;
  }
  if (offset != g_loaded || format != g_format) return true;
  if (format != wire::Format::PACKED_U8 && values.size > mcuforge::kInputBytes - g_next)
    return false;
  for (size_t i = 0; i < values.size; ++i) {
    const uint8_t value = values.data[i];
    if (format == wire::Format::PACKED_U8) {
      if (Unpack(value)) continue;
      g_loaded = 0;
      return false;
    }
    g_input->data.int8[g_next++] = format == wire::Format::RAW_S8 ? static_cast<int8_t>(value)
                                                                  : mcuforge::kPixelToInput[value];
  }
  g_loaded_crc = wire::Crc32(values.data, values.size, g_loaded_crc);
  g_loaded += values.size;
  return true;
}

size_t Loaded() { return g_loaded; }

bool IsLoaded(uint32_t crc) { return g_loaded > 0 && g_loaded_crc == crc && IsWhole(); }

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
