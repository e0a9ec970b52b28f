// Once a run, and shared by all that walk: small rather than fast, and without the C library's
// memset.
#pragma GCC optimize("Os", "no-tree-loop-distribute-patterns")

#include "nn/broadcast.h"

namespace nn {

BroadcastRun::BroadcastRun() : offset{0, 0}, out(0) {
  for (uint32_t& i : index) {
    i = 0;
  }
}

bool NextRun(const Broadcast& b, BroadcastRun* run) {
  run->out += b.axis[0].extent;
  for (uint32_t i = 1; i < b.axes; ++i) {
    const BroadcastAxis& axis = b.axis[i];
    run->offset[0] += axis.step[0];
    run->offset[1] += axis.step[1];
    if (++run->index[i] < axis.extent) {
      return true;
    }
    run->offset[0] -= axis.step[0] * axis.extent;
    run->offset[1] -= axis.step[1] * axis.extent;
    run->index[i] = 0;
  }
  return false;
}

}  // namespace nn
