// The walk that PAD's types share.

#ifndef MCUFORGE_NN_PAD_WALK_H_
#define MCUFORGE_NN_PAD_WALK_H_

#include <cstring>

#include "nn/pad_s8.h"

namespace nn {

// Elements of the output.
inline uint32_t PaddedElements(const PadParams& p) {
  uint32_t total = 1;
  for (int32_t axis = 0; axis < kMaxRank; ++axis) {
    total *= p.before[axis] + p.in_extent[axis] + p.after[axis];
  }
  return total;
}

// Calls body(offset) with where in the output each row of the input comes to lie, in the input's
// order.
template <typename Body>
inline void ForEachPaddedRow(const PadParams& p, Body body) {
  uint32_t stride[kMaxRank];
  uint32_t total = 1;
  for (int32_t axis = kMaxRank - 1; axis >= 0; --axis) {
    stride[axis] = total;
    total *= p.before[axis] + p.in_extent[axis] + p.after[axis];
  }
  const uint32_t* const n = p.in_extent;
  uint32_t index[kMaxRank - 1];
  for (index[0] = 0; index[0] < n[0]; ++index[0]) {
    for (index[1] = 0; index[1] < n[1]; ++index[1]) {
      for (index[2] = 0; index[2] < n[2]; ++index[2]) {
        for (index[3] = 0; index[3] < n[3]; ++index[3]) {
          uint32_t offset = p.before[kMaxRank - 1];
          for (int32_t axis = 0; axis < kMaxRank - 1; ++axis) {
            offset += (index[axis] + p.before[axis]) * stride[axis];
          }
          body(offset);
        }
      }
    }
  }
}

// The input among elements that are `value`.
template <typename T>
inline void PadWith(const PadParams& p, T value, const T* input, T* output) {
  const uint32_t total = PaddedElements(p);
  for (uint32_t i = 0; i < total; ++i) {
    output[i] = value;
  }
  const uint32_t run = p.in_extent[kMaxRank - 1];
  ForEachPaddedRow(p, [&](uint32_t offset) {
    memcpy(output + offset, input, run * sizeof(T));
    input += run;
  });
}

}  // namespace nn

#endif  // MCUFORGE_NN_PAD_WALK_H_
