// LOGICAL_AND, LOGICAL_OR and LOGICAL_NOT of bools, a byte each, with broadcasting.

#ifndef MCUFORGE_NN_LOGICAL_H_
#define MCUFORGE_NN_LOGICAL_H_

#include <cstdint>

#include "nn/broadcast.h"

namespace nn {

// A truth table: bit 2 * a + b says what (a, b) gives. kNot is a NOR, for a and b from one tensor.
enum class Logic : uint8_t { kNot = 1, kAnd = 8, kOr = 14 };

// output: 1 or 0; may be the buffer of an input of the same shape.
void Logical(Logic logic, const Broadcast& shape, const uint8_t* input0, const uint8_t* input1,
             uint8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_LOGICAL_H_
