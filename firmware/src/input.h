// What a request carries for the model's input: a format and values in it (docs/protocol.md,
// INFER).

#ifndef MCUFORGE_SRC_INPUT_H_
#define MCUFORGE_SRC_INPUT_H_

#include <cstddef>
#include <cstdint>

#include "model_info.h"
#include "wire/frame.h"

namespace input {

constexpr size_t kMaxBytes = 1 + mcuforge::kInputBytes;  // format, values
constexpr size_t kLoadHeadBytes = 5;                     // of LOAD's payload: format, offset

// True if an input of this format may have this size.
bool HasLength(wire::Span input);

// Fills the input tensor, for the next model::Run. The length must be right. False if the values
// are not what their format promises.
bool Set(wire::Span input);

// Takes the piece that is the payload of LOAD, of more than kLoadHeadBytes. False if it is no piece
// of an input.
bool Load(wire::Span payload);

}  // namespace input

#endif  // MCUFORGE_SRC_INPUT_H_
