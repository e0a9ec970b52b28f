#include "model.h"

#include <cstddef>
#include <new>

#include "arena.h"
#include "board.h"
#include "console.h"
#include "front_end.h"
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

// Of an input that comes in pieces: its format, its values so far, their CRC-32, and where in the
// tensor, or in a sample, the next one goes.
struct Arrival {
  wire::Format format;
  size_t loaded;
  uint32_t crc;
  size_t next;
};
Arrival g_arrivals[mcuforge::kInputCount];

// The place in a run of packed pixels.
bool g_zeros_came = false;  // the run's first byte
uint8_t g_count_left = 0;   // of its pixels

// Outputs may lie where inputs do.
bool g_has_outputs = false;

TfLiteTensor* Input(size_t index) { return g_interpreter->input(index); }

uint8_t* Bytes(const TfLiteTensor* tensor) { return static_cast<uint8_t*>(tensor->data.data); }

void PutPixel(uint8_t pixel) {
  Bytes(Input(0))[g_arrivals[0].next++] = static_cast<uint8_t>(mcuforge::kPixelToInput[pixel]);
}

void PutZeros(size_t count) {
  for (; count > 0; --count) PutPixel(0);
}

// Takes one byte of runs (docs/protocol.md, INFER): zeros, count, `count` pixels. False if the run
// goes beyond the input.
bool Unpack(uint8_t byte) {
  if (g_count_left > 0) {
    --g_count_left;
    PutPixel(byte);
    return true;
  }
  if (byte > mcuforge::kInputBytes - g_arrivals[0].next) return false;
  g_zeros_came = !g_zeros_came;
  if (!g_zeros_came) {
    g_count_left = byte;
    return true;
  }
  PutZeros(byte);
  return true;
}

constexpr bool IsSample(wire::Format format) {
  return mcuforge::kSampleBytes > 0 && format == wire::Format::SAMPLE;
}

// Of a whole input in that format, but packed pixels.
size_t WholeBytes(size_t input, wire::Format format) {
  return IsSample(format) ? mcuforge::kSampleBytes : Input(input)->bytes;
}

// True if what Load took is a whole input. What follows the last run is zero.
bool IsWhole(size_t input) {
  if (g_arrivals[input].format != wire::Format::PACKED_U8) {
    return g_arrivals[input].next == WholeBytes(input, g_arrivals[input].format);
  }
  if (g_zeros_came || g_count_left > 0) return false;
  PutZeros(mcuforge::kInputBytes - g_arrivals[0].next);
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
  return tensor->type == kTfLiteInt8 && tensor->bytes == bytes;
}

Tensor Describe(const TfLiteTensor* tensor) {
  return {static_cast<uint8_t>(tensor->type),
          static_cast<size_t>(tensor->dims->size),
          tensor->dims->data,
          tensor->bytes,
          tensor->params.scale,
          tensor->params.zero_point};
}

bool HasExpectedTensors() {
  if (g_interpreter->inputs_size() != mcuforge::kInputCount ||
      g_interpreter->outputs_size() != mcuforge::kOutputCount) {
    return false;
  }
#if MCUFORGE_HAS_FRONT_END
  if (!IsInt8(Input(0), mcuforge::kFeatureCount)) return false;
#endif
  if constexpr (!mcuforge::kIsPlain) return true;
  return IsInt8(Input(0), mcuforge::kInputBytes) &&
         IsInt8(g_interpreter->output(0), mcuforge::kOutputBytes);
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
  g_interpreter = interpreter;
  if (HasExpectedTensors()) return wire::Setup::READY;
  g_interpreter = nullptr;
  return wire::Setup::IO_MISMATCH;
}

size_t ArenaUsedBytes() { return g_interpreter == nullptr ? 0 : g_interpreter->arena_used_bytes(); }

bool Set(wire::Format format, wire::Span values) {
  return Load(0, format, 0, values) && IsWhole(0);
}

bool Load(size_t input, wire::Format format, size_t offset, wire::Span values) {
  if (input >= mcuforge::kInputCount) return false;
  Arrival& arrival = g_arrivals[input];
  if (offset == 0) {
    arrival = {format, 0, 0, 0};
    g_zeros_came = false;
    g_count_left = 0;
    if (IsSample(format)) front_end::Start(Input(input)->data.int8);
  }
  if (offset != arrival.loaded || format != arrival.format) return true;
  if (format != wire::Format::PACKED_U8 && values.size > WholeBytes(input, format) - arrival.next) {
    return false;
  }
  g_has_outputs = false;
  if (IsSample(format)) {
    front_end::Push(values);
    arrival.next += values.size;
  }
  for (size_t i = 0; i < values.size && !IsSample(format); ++i) {
    const uint8_t value = values.data[i];
    if (format == wire::Format::RAW_S8) {
      Bytes(Input(input))[arrival.next++] = value;
    } else if (format == wire::Format::PIXELS_U8) {
      PutPixel(value);
    } else if (!Unpack(value)) {
      arrival.loaded = 0;
      return false;
    }
  }
  arrival.crc = wire::Crc32(values.data, values.size, arrival.crc);
  arrival.loaded += values.size;
  return true;
}

size_t Loaded(size_t input) { return g_arrivals[input].loaded; }

bool IsLoaded(size_t input, uint32_t crc) {
  const Arrival& arrival = g_arrivals[input];
  return arrival.loaded > 0 && arrival.crc == crc && IsWhole(input);
}

bool Run(uint32_t* ticks, OnOp on_op) {
  console::Clear();
  for (Arrival& arrival : g_arrivals) arrival.loaded = 0;
  g_op_observer->Start(on_op);
  const uint32_t start = board::Ticks();
  const bool ok = g_interpreter->Invoke() == kTfLiteOk;
  *ticks = board::Ticks() - start;
  g_has_outputs = ok;
  return ok;
}

void Reset() { g_interpreter->Reset(); }

const uint8_t* Arena() { return g_arena; }

Tensor DescribeInput(size_t index) { return Describe(Input(index)); }

Tensor DescribeOutput(size_t index) { return Describe(g_interpreter->output(index)); }

uint8_t* InputBytes(size_t index) { return Bytes(Input(index)); }

wire::Span Output(size_t index) {
  const TfLiteTensor* output = g_interpreter->output(index);
  return {Bytes(output), output->bytes};
}

bool HasOutputs() { return g_has_outputs; }

const int8_t* Scores() { return g_interpreter->output(0)->data.int8; }

uint8_t Predicted() {
  const int8_t* scores = Scores();
  size_t best = 0;
  for (size_t i = 1; i < mcuforge::kOutputBytes; ++i) {
    if (scores[i] > scores[best]) best = i;
  }
  return static_cast<uint8_t>(best);
}

}  // namespace model
