// GATHER: elements picked along an axis. Any element type; sizes are in bytes.

#ifndef MCUFORGE_NN_GATHER_H_
#define MCUFORGE_NN_GATHER_H_

#include <cstdint>

namespace nn {

struct GatherParams {
  uint32_t batches, rows, extent, picks;
  uint32_t run_bytes;
};

//   input [batches, rows, extent, run], indices [batches, picks]
//   output [batches, rows, picks, run], not overlapping input
// False, with the output filled up to there, at an index that is not in [0, extent).
bool Gather(const GatherParams& params, const void* input, const int32_t* indices, void* output);

}  // namespace nn

#endif  // MCUFORGE_NN_GATHER_H_
