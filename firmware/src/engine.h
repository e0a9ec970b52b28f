// What runs the model: the one place where the two engines differ. engine_interpreter.cc is written
// against the public TFLM API, engine_aot.cc calls what codegen/aot made of the model; which of
// them takes part is decided by what was generated.

#ifndef MCUFORGE_SRC_ENGINE_H_
#define MCUFORGE_SRC_ENGINE_H_

#include <cstddef>
#include <cstdint>

#include "model.h"
#include "wire/ids.h"

#if __has_include("aot_model.h")
#define MCUFORGE_ENGINE_AOT 1
#endif

namespace engine {

// Sets the model up; the rest may be called after it succeeded only, but for WriteSha256 and Arena.
// console::Kept() has a runtime's words on what failed.
wire::Setup Setup();

// The sha256 of the model, 32 bytes.
void WriteSha256(uint8_t* to);

// The kTensorArenaSize bytes where tensors are kept, and how many of them are used.
const uint8_t* Arena();
size_t ArenaUsedBytes();

// The index has to be below kInputCount or kOutputCount.
model::Tensor DescribeInput(size_t index);
model::Tensor DescribeOutput(size_t index);
uint8_t* InputBytes(size_t index);
const uint8_t* OutputBytes(size_t index);

// Computes; `on_op`, if it is not null, is told after each op. False if that failed.
bool Invoke(model::OnOp on_op);

// Gives the model's variables, if it has any, their initial values.
void Reset();

}  // namespace engine

#endif  // MCUFORGE_SRC_ENGINE_H_
