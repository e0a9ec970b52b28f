#include <cstring>

#include "nn/update_slice.h"

namespace nn {

void UpdateSlice(const UpdateSliceParams& p, const void* update, const int32_t* starts,
                 void* output) {
  uint32_t start[kMaxRank] = {};
  for (uint32_t i = 0; i < p.rank; ++i) {
    const uint32_t axis = static_cast<uint32_t>(kMaxRank) - p.rank + i;
    const uint32_t most = p.extent[axis] - p.box[axis];
    const uint32_t asked = starts[i] < 0 ? 0 : static_cast<uint32_t>(starts[i]);
    start[axis] = asked < most ? asked : most;
  }
  constexpr uint32_t kLast = kMaxRank - 1;
  const uint32_t run = p.box[kLast] * p.element_bytes;
  uint32_t rows = 1;
  for (uint32_t axis = 0; axis < kLast; ++axis) {
    rows *= p.box[axis];
  }
  for (uint32_t row = 0; row < rows; ++row) {
    // The row's place in the tensor, from the innermost axis on.
    uint32_t left = row;
    uint32_t at = start[kLast];
    uint32_t step = p.extent[kLast];
    for (uint32_t axis = kLast; axis-- > 0;) {
      at += (start[axis] + left % p.box[axis]) * step;
      left /= p.box[axis];
      step *= p.extent[axis];
    }
    std::memcpy(static_cast<uint8_t*>(output) + at * p.element_bytes,
                static_cast<const uint8_t*>(update) + row * run, run);
  }
}

}  // namespace nn
