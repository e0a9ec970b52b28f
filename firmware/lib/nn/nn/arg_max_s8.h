// ARG_MAX and ARG_MIN, int8 in, int32 out.

#ifndef MCUFORGE_NN_ARG_MAX_S8_H_
#define MCUFORGE_NN_ARG_MAX_S8_H_

#include <cstdint>

namespace nn {

struct ArgMaxParams {
  uint32_t outer, extent, inner;  // products of the extents before, of and after the axis
  int8_t flipped;                 // bits that turn a maximum into what is wanted: see Extremum
};

//   input [outer, extent, inner]    output [outer, inner], not overlapping input
// The lowest index wins.
void ArgMaxS8(const ArgMaxParams& params, const int8_t* input, int32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_ARG_MAX_S8_H_
