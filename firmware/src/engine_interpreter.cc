#include "engine.h"

#if !MCUFORGE_ENGINE_AOT

#include <new>

#include "arena.h"
#include "model_data.h"
#include "model_info.h"
#include "op_observer.h"
#include "op_resolver.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "wire/sha256.h"

// Upstream's interpreter refuses VAR_HANDLE without such a table; ours has its variables in the
// arena.
#if __has_include("tensorflow/lite/micro/micro_resource_variable.h") && MCUFORGE_RUNTIME_UPSTREAM
#define MCUFORGE_MAKE_VARIABLES 1
#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_resource_variable.h"
#endif

namespace engine {
namespace {

alignas(16) uint8_t g_arena[mcuforge::kTensorArenaSize];

// Storage for objects that live as long as the program: made by Setup, in its order, and never
// destroyed, so that no exit handler is linked.
alignas(mcuforge::OpResolver) uint8_t g_resolver_storage[sizeof(mcuforge::OpResolver)];
alignas(tflite::MicroInterpreter) uint8_t g_interpreter_storage[sizeof(tflite::MicroInterpreter)];
alignas(model::OpObserver) uint8_t g_op_observer_storage[sizeof(model::OpObserver)];
tflite::MicroInterpreter* g_interpreter = nullptr;
model::OpObserver* g_op_observer = nullptr;

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

model::Tensor Describe(const TfLiteTensor* tensor) {
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
  if (!IsInt8(g_interpreter->input(0), mcuforge::kFeatureCount)) return false;
#endif
  if constexpr (!mcuforge::kIsPlain) return true;
  return IsInt8(g_interpreter->input(0), mcuforge::kInputBytes) &&
         IsInt8(g_interpreter->output(0), mcuforge::kOutputBytes);
}

}  // namespace

wire::Setup Setup() {
  const tflite::Model* model = tflite::GetModel(mcuforge::g_model_data);
  if (model == nullptr || model->version() != TFLITE_SCHEMA_VERSION) {
    return wire::Setup::BAD_SCHEMA;
  }
  auto* resolver = new (g_resolver_storage) mcuforge::OpResolver();
  if (mcuforge::AddOps(*resolver) != kTfLiteOk) return wire::Setup::RESOLVER_FAILED;

  g_op_observer = new (g_op_observer_storage) model::OpObserver();
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

// Over the bytes that are really in the image, so that a stale or damaged model shows.
void WriteSha256(uint8_t* to) {
  wire::Sha256(mcuforge::g_model_data, sizeof(mcuforge::g_model_data), to);
}

const uint8_t* Arena() { return g_arena; }

size_t ArenaUsedBytes() { return g_interpreter == nullptr ? 0 : g_interpreter->arena_used_bytes(); }

model::Tensor DescribeInput(size_t index) { return Describe(g_interpreter->input(index)); }

model::Tensor DescribeOutput(size_t index) { return Describe(g_interpreter->output(index)); }

uint8_t* InputBytes(size_t index) {
  return static_cast<uint8_t*>(g_interpreter->input(index)->data.data);
}

const uint8_t* OutputBytes(size_t index) {
  return static_cast<const uint8_t*>(g_interpreter->output(index)->data.data);
}

bool Invoke(model::OnOp on_op) {
  g_op_observer->Start(on_op);
  return g_interpreter->Invoke() == kTfLiteOk;
}

// The interpreter's own Reset does not run CALL_ONCE again: first values take a new set-up, which
// worked once.
void Reset() {
  if constexpr (mcuforge::kHasFirstValues) {
    Setup();
  } else {
    g_interpreter->Reset();
  }
}

}  // namespace engine

#endif  // !MCUFORGE_ENGINE_AOT
