// Walking two operands that broadcast against each other.

#ifndef MCUFORGE_NN_BROADCAST_H_
#define MCUFORGE_NN_BROADCAST_H_

#include <cstdint>

namespace nn {

constexpr int32_t kMaxRank = 5;

// An output shape of kMaxRank extents (leading ones where the rank is smaller) and, for each
// operand, the step in elements along each axis: 0 along an axis that it broadcasts.
struct Broadcast {
  uint32_t extent[kMaxRank];
  uint32_t step[2][kMaxRank];
};

// Calls run(offset0, offset1, output_offset, count, step0, step1) for each innermost run, in output
// order.
template <typename Run>
inline void ForEachRun(const Broadcast& b, Run run) {
  uint32_t index[kMaxRank - 1] = {0, 0, 0, 0};
  uint32_t offset[2] = {0, 0};
  const uint32_t count = b.extent[kMaxRank - 1];
  uint32_t out = 0;
  for (;;) {
    run(offset[0], offset[1], out, count, b.step[0][kMaxRank - 1], b.step[1][kMaxRank - 1]);
    out += count;
    int32_t axis = kMaxRank - 2;
    for (; axis >= 0; --axis) {
      offset[0] += b.step[0][axis];
      offset[1] += b.step[1][axis];
      if (++index[axis] < b.extent[axis]) {
        break;
      }
      offset[0] -= b.step[0][axis] * b.extent[axis];
      offset[1] -= b.step[1][axis] * b.extent[axis];
      index[axis] = 0;
    }
    if (axis < 0) {
      return;
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_NN_BROADCAST_H_
