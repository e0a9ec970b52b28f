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

// Where a walk is: an innermost run's first element in each operand and in the output.
struct BroadcastRun {
  BroadcastRun();  // at the start
  uint32_t offset[2];
  uint32_t out;
  uint32_t index[kMaxRank];  // of the axes but the innermost
};

// Goes on to the next run in output order; false if there is none.
bool NextRun(const Broadcast& b, BroadcastRun* run);

// Calls body(offset0, offset1, output_offset, count, step0, step1) for each innermost run, in
// output order.
template <typename Body>
inline void ForEachRun(const Broadcast& b, Body body) {
  const BroadcastAxis& inner = b.axis[0];
  BroadcastRun run;
  do {
    body(run.offset[0], run.offset[1], run.out, inner.extent, inner.step[0], inner.step[1]);
  } while (NextRun(b, &run));
}

}  // namespace nn

#endif  // MCUFORGE_NN_BROADCAST_H_
