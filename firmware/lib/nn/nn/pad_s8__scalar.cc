#include <cstring>

#include "nn/pad_s8.h"

namespace nn {

void PadS8(const PadParams& p, const int8_t* value, const int8_t* input, int8_t* output) {
  uint32_t total = 1;
  uint32_t stride[kMaxRank];
  for (int32_t axis = kMaxRank - 1; axis >= 0; --axis) {
    stride[axis] = total;
    total *= p.before[axis] + p.in_extent[axis] + p.after[axis];
  }
  memset(output, *value, total);
  const uint32_t run = p.in_extent[kMaxRank - 1];
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
          memcpy(output + offset, input, run);
          input += run;
        }
      }
    }
  }
}

}  // namespace nn
