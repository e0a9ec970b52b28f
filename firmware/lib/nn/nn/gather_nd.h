// GATHER_ND: slices picked by their indices along the leading axes. Any element type.

#ifndef MCUFORGE_NN_GATHER_ND_H_
#define MCUFORGE_NN_GATHER_ND_H_

#include <cstdint>

#include "nn/broadcast.h"

namespace nn {

struct GatherNdParams {
  uint32_t picks;
  uint32_t depth;             // indices a pick
  uint32_t extent[kMaxRank];  // of the axes that are indexed
  uint32_t slice_bytes;
};

//   input [extent[0], ..., extent[depth - 1], slice], indices [picks, depth]
//   output [picks, slice], not overlapping input
// False, with the output filled up to there, at an index that is not in its axis.
bool GatherNd(const GatherNdParams& params, const void* input, const int32_t* indices,
              void* output);

}  // namespace nn

#endif  // MCUFORGE_NN_GATHER_ND_H_
