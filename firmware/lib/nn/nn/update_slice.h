// DYNAMIC_UPDATE_SLICE: a box of a tensor written anew, at a place that is computed. Any element
// type.

#ifndef MCUFORGE_NN_UPDATE_SLICE_H_
#define MCUFORGE_NN_UPDATE_SLICE_H_

#include <cstdint>

#include "nn/broadcast.h"

namespace nn {

// Extents: leading ones where the rank is smaller; the box's are not above the tensor's.
struct UpdateSliceParams {
  uint32_t extent[kMaxRank];
  uint32_t box[kMaxRank];
  uint32_t rank;  // as many starts there are
  uint32_t element_bytes;
};

// starts: of the box, one an axis; where it would reach out of the tensor it is moved back inside.
// output: the tensor.
void UpdateSlice(const UpdateSliceParams& params, const void* update, const int32_t* starts,
                 void* output);

}  // namespace nn

#endif  // MCUFORGE_NN_UPDATE_SLICE_H_
