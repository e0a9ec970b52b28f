// Walking two operands that broadcast against each other.

#ifndef MCUFORGE_NN_BROADCAST_H_
#define MCUFORGE_NN_BROADCAST_H_

#include <cstdint>

namespace nn {

constexpr int32_t kMaxRank = 5;

// One axis of the output: its extent and, for each operand, the step in elements along it; 0 where
// the operand is broadcast.
struct BroadcastAxis {
  uint32_t extent;
  uint32_t step[2];
};

// The axes from the innermost on, at least one. Those beyond `axes` need no memory.
struct Broadcast {
  uint32_t axes;
  BroadcastAxis axis[kMaxRank];
};

// Calls run(offset0, offset1, output_offset, count, step0, step1) for each innermost run, in output
// order.
template <typename Run>
inline void ForEachRun(const Broadcast& b, Run run) {
  uint32_t index[kMaxRank] = {0, 0, 0, 0, 0};
  uint32_t offset[2] = {0, 0};
  const BroadcastAxis& inner = b.axis[0];
  uint32_t out = 0;
  for (;;) {
    run(offset[0], offset[1], out, inner.extent, inner.step[0], inner.step[1]);
    out += inner.extent;
    uint32_t i = 1;
    for (; i < b.axes; ++i) {
      const BroadcastAxis& axis = b.axis[i];
      offset[0] += axis.step[0];
      offset[1] += axis.step[1];
      if (++index[i] < axis.extent) {
        break;
      }
      offset[0] -= axis.step[0] * axis.extent;
      offset[1] -= axis.step[1] * axis.extent;
      index[i] = 0;
    }
    if (i == b.axes) {
      return;
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_NN_BROADCAST_H_
