#include "engine.h"

#if MCUFORGE_ENGINE_AOT

#include <cstring>

#include "aot_model.h"
#include "aot_tensors.h"
#include "arena.h"
#include "board.h"
#include "model_info.h"

namespace engine {
namespace {

alignas(aot::kArenaAlignment) uint8_t g_arena[mcuforge::kTensorArenaSize];
static_assert(sizeof(g_arena) >= aot::kArenaBytes, "arena.h is of another model");

bool g_is_ready = false;
model::OnOp g_on_op = nullptr;
uint32_t g_op_start = 0;

}  // namespace

// Without an OnOp an op costs one comparison.
extern "C" void mcuforge_after_op(uint32_t op) {
  if (g_on_op == nullptr) return;
  g_on_op(op, board::Ticks() - g_op_start);
  g_op_start = board::Ticks();
}

wire::Setup Setup() {
  g_is_ready = aot::Init(g_arena, sizeof(g_arena));
  return g_is_ready ? wire::Setup::READY : wire::Setup::ALLOCATE_FAILED;
}

void WriteSha256(uint8_t* to) {
  std::memcpy(to, mcuforge::kModelSha256, sizeof(mcuforge::kModelSha256));
}

const uint8_t* Arena() { return g_arena; }

size_t ArenaUsedBytes() { return g_is_ready ? aot::kArenaBytes : 0; }

model::Tensor DescribeInput(size_t index) { return mcuforge::kInputs[index]; }

model::Tensor DescribeOutput(size_t index) { return mcuforge::kOutputs[index]; }

uint8_t* InputBytes(size_t index) {
  return static_cast<uint8_t*>(aot::Input(static_cast<int>(index)));
}

const uint8_t* OutputBytes(size_t index) {
  return static_cast<const uint8_t*>(aot::Output(static_cast<int>(index)));
}

bool Invoke(model::OnOp on_op) {
  g_on_op = on_op;
  if (on_op != nullptr) g_op_start = board::Ticks();
  return aot::Invoke();
}

void Reset() { aot::Reset(); }

}  // namespace engine

#endif  // MCUFORGE_ENGINE_AOT
