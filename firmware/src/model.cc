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
  bool zeros_came;     // the first byte of a run of packed pixels
  uint8_t count_left;  // of the run's pixels
  size_t loaded;
  uint32_t crc;
  size_t next;
};
Arrival g_arrivals[mcuforge::kInputCount];

constexpr Arrival Beginning(wire::Format format) { return {format, false, 0, 0, 0, 0}; }

// Outputs may lie where inputs do.
bool g_has_outputs = false;

TfLiteTensor* Input(size_t index) { return g_interpreter->input(index); }

uint8_t* Bytes(const TfLiteTensor* tensor) { return static_cast<uint8_t*>(tensor->data.data); }

uint8_t ToInput(uint8_t pixel) { return static_cast<uint8_t>(mcuforge::kPixelToInput[pixel]); }

// Takes runs of packed pixels (docs/protocol.md, INFER): zeros, count, `count` pixels. `to`, if it
// is not null, holds zeros, and receives the others. False if a run goes beyond the input.
bool Unpack(Arrival& arrival, wire::Span runs, uint8_t* to) {
  for (size_t i = 0; i < runs.size; ++i) {
    const uint8_t byte = runs.data[i];
    if (arrival.count_left > 0) {
      --arrival.count_left;
      if (to != nullptr) to[arrival.next] = ToInput(byte);
      ++arrival.next;
      continue;
    }
    if (byte > mcuforge::kInputBytes - arrival.next) return false;
    arrival.zeros_came = !arrival.zeros_came;
    if (arrival.zeros_came) {
      arrival.next += byte;
    } else {
      arrival.count_left = byte;
    }
  }
  return true;
}

constexpr bool IsSample(wire::Format format) {
  return mcuforge::kSampleBytes > 0 && format == wire::Format::SAMPLE;
}

// Of a whole input in that format, but packed pixels.
size_t WholeBytes(size_t input, wire::Format format) {
  return IsSample(format) ? mcuforge::kSampleBytes : Input(input)->bytes;
}

// True if what came is a whole input. What follows the last run is zero.
bool IsWhole(const Arrival& arrival, size_t input) {
  if (arrival.format == wire::Format::PACKED_U8) {
    return !arrival.zeros_came && arrival.count_left == 0;
  }
  return arrival.next == WholeBytes(input, arrival.format);
}

// Moves `arrival` behind these values, which are written nowhere. False if they go beyond the
// input.
bool Skip(Arrival& arrival, size_t input, wire::Span values) {
  if (arrival.format == wire::Format::PACKED_U8) return Unpack(arrival, values, nullptr);
  arrival.next += values.size;
  return arrival.next <= WholeBytes(input, arrival.format);
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

bool IsInput(wire::Format format, wire::Span values) {
  Arrival arrival = Beginning(format);
  return Skip(arrival, 0, values) && IsWhole(arrival, 0);
}

bool Load(size_t input, wire::Format format, size_t offset, wire::Span values) {
  if (input >= mcuforge::kInputCount) return false;
  Arrival arrival = g_arrivals[input];
  if (offset == 0) arrival = Beginning(format);
  if (offset != arrival.loaded || format != arrival.format) return true;
  Arrival after = arrival;
  if (!Skip(after, input, values)) return false;
  after.crc = wire::Crc32(values.data, values.size, arrival.crc);
  after.loaded += values.size;
  g_arrivals[input] = after;
  g_has_outputs = false;
  uint8_t* const to = Bytes(Input(input));
  if (IsSample(format)) {
    if (offset == 0) front_end::Start(Input(input)->data.int8);
    front_end::Push(values);
  } else if (format == wire::Format::PACKED_U8) {
    for (size_t i = 0; offset == 0 && i < mcuforge::kInputBytes; ++i) to[i] = ToInput(0);
    Unpack(arrival, values, to);
  } else {
    for (size_t i = 0; i < values.size; ++i) {
      const uint8_t value = values.data[i];
      to[arrival.next + i] = format == wire::Format::RAW_S8 ? value : ToInput(value);
    }
  }
  return true;
}

size_t Loaded(size_t input) { return g_arrivals[input].loaded; }

uint32_t LoadedCrc(size_t input) { return g_arrivals[input].crc; }

bool IsLoaded() {
  for (size_t i = 0; i < mcuforge::kInputCount; ++i) {
    if (g_arrivals[i].loaded == 0 || !IsWhole(g_arrivals[i], i)) return false;
  }
  return true;
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
