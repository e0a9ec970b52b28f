// SELECT_V2: elements of one tensor where a condition holds, of another where it does not. All
// three broadcast. Any element type.

#ifndef MCUFORGE_NN_SELECT_H_
#define MCUFORGE_NN_SELECT_H_

#include <cstdint>

#include "nn/broadcast.h"

namespace nn {

// The step along an axis is 0 where an operand is broadcast.
struct SelectParams {
  uint32_t extent[kMaxRank];   // of the output; leading ones where the rank is smaller
  uint32_t step[3][kMaxRank];  // in elements: condition, where it holds, where it does not
  uint32_t element_bytes;
};

// condition: bools, a byte each. output overlaps no input.
void Select(const SelectParams& params, const uint8_t* condition, const void* yes, const void* no,
            void* output);

}  // namespace nn

#endif  // MCUFORGE_NN_SELECT_H_
