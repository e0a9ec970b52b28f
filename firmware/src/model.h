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

// Fills the input tensor with pixels given as runs (docs/protocol.md, INFER): zeros u8, count u8,
// `count` pixels; what follows the last run is zero. False, with the input half written, if the
// runs are cut off or longer than the input.
bool SetPacked(wire::Span runs);

// Takes the values of the input from `offset` on: RAW_S8, or PIXELS_U8, which are quantized with
// the model's own scale. A piece that is not the next one changes nothing; offset 0 begins
// anew. Returns how many values have come. The piece must end within kInputBytes. SetPacked and Run
// forget them.
size_t Load(wire::Format format, size_t offset, wire::Span values);

// True if Load took the whole input, and the CRC-32 of its values, as they came, is `crc`.
bool IsLoaded(uint32_t crc);

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
