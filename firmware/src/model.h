// The model behind the public TFLM API: set up once, then inputs to scores.

#ifndef MCUFORGE_SRC_MODEL_H_
#define MCUFORGE_SRC_MODEL_H_

#include <cstddef>
#include <cstdint>

#include "wire/frame.h"
#include "wire/ids.h"

namespace model {

// Sets the model up. What failed is the returned status, and console::Kept() has the runtime's
// words.
wire::Setup Setup();

// Bytes of the arena in use, 0 before a successful Setup.
size_t ArenaUsedBytes();

// The rest may be called after a successful Setup only.

// Fill the input tensor with kInputBytes values. Pixels are quantized with the model's own scale.
void SetPixels(const uint8_t* pixels);
void SetRaw(const uint8_t* values);

// Fills the input tensor with pixels given as runs (docs/protocol.md, INFER): zeros u8, count u8,
// `count` pixels; what follows the last run is zero. False, with the input half written, if the
// runs are cut off or longer than the input.
bool SetPacked(wire::Span runs);

// Told after each op of a Run: its index, and how long it took.
using OnOp = void (*)(size_t op, uint32_t ticks);

// Runs the model; false if the runtime failed. `ticks` receives the duration of Invoke alone.
bool Run(uint32_t* ticks, OnOp on_op = nullptr);

// Gives the model's variables, if it has any, their initial values.
void Reset();

// The kTensorArenaSize bytes where the runtime keeps tensors.
const uint8_t* Arena();

// The kOutputBytes scores of the last Run. They last until the input is written again.
const int8_t* Scores();

// Index of the highest score, the lowest index of equal ones.
uint8_t Predicted();

}  // namespace model

#endif  // MCUFORGE_SRC_MODEL_H_
