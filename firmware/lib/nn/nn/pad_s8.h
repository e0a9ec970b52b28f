// PAD and PADV2, int8.

#ifndef MCUFORGE_NN_PAD_S8_H_
#define MCUFORGE_NN_PAD_S8_H_

#include <cstdint>

#include "nn/broadcast.h"

namespace nn {

struct PadParams {
  uint32_t in_extent[kMaxRank];  // leading ones where the rank is smaller
  uint32_t before[kMaxRank];     // elements put before and
  uint32_t after[kMaxRank];      // after each axis
};

// output holds product(in_extent + before + after) elements, `*value` where there is no input, and
// does not overlap input.
void PadS8(const PadParams& params, const int8_t* value, const int8_t* input, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_PAD_S8_H_
