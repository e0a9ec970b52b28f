// The model: set up once, then inputs to outputs, whatever engine runs it.

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

// The rest may be called after a successful Setup only.

// True if values of that format (docs/protocol.md, INFER) are a whole input of a plain model.
bool IsInput(wire::Format format, wire::Span values);

// Takes the values of an input in pieces: this one's are those from `offset` on, as RAW_S8, of a
// plain model PIXELS_U8 or PACKED_U8, of one with a front end SAMPLE. Offset 0 begins anew; any
// other piece that is not the next one, or of another format, changes nothing. Run forgets all.
// False, with nothing changed, if the values go beyond the input, or there is no such input.
bool Load(size_t input, wire::Format format, size_t offset, wire::Span values);

// How many values of an input have come by Load.
size_t Loaded(size_t input);

// The CRC-32 of the values of an input, as they came by Load; Run leaves it.
uint32_t LoadedCrc(size_t input);

// True if Load took the whole of each input.
bool IsLoaded();

// Told after each op of a Run: its index, and how long it took.
using OnOp = void (*)(size_t op, uint32_t ticks);

// Runs the model; false if the runtime failed. `ticks` receives the duration of Invoke alone.
bool Run(uint32_t* ticks, OnOp on_op = nullptr);

// What an input or output is.
struct Tensor {
  uint8_t dtype;  // as TfLiteType has it
  size_t rank;
  const int* dimensions;  // `rank` of them
  size_t bytes;
  float scale;  // 0: not quantized
  int32_t zero_point;
};

// The bytes of an output of the last Run.
wire::Span Output(size_t index);

// Whether the outputs of the last Run are still there: they last until an input is written.
bool HasOutputs();

// The kOutputBytes scores of a plain model's last Run.
const int8_t* Scores();

// Index of the highest score, the lowest index of equal ones.
uint8_t Predicted();

}  // namespace model

#endif  // MCUFORGE_SRC_MODEL_H_
