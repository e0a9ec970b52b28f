// MIRROR_PAD of any element type.

#ifndef MCUFORGE_NN_MIRROR_PAD_H_
#define MCUFORGE_NN_MIRROR_PAD_H_

#include <cstdint>

#include "nn/broadcast.h"

namespace nn {

struct MirrorPadParams {
  uint32_t in_extent[kMaxRank];  // leading ones where the rank is smaller
  uint32_t out_extent[kMaxRank];
  uint32_t before[kMaxRank];  // elements that an axis gets before its first one
  uint32_t skipped;           // 1: the edge itself is not repeated (REFLECT), 0: it is (SYMMETRIC)
  uint32_t element_bytes;
};

// Before and behind an axis, its elements stand once more, in the other order; never more than
// there are. output does not overlap input.
void MirrorPad(const MirrorPadParams& params, const void* input, void* output);

}  // namespace nn

#endif  // MCUFORGE_NN_MIRROR_PAD_H_
