#include "nn/reduce_s8.h"

namespace nn {
namespace {

constexpr int32_t kMaxAxes = 3;  // of one kind: neighbours of one kind count as one axis

// Axes of one kind, from the innermost on. Those that are not there have extent 1.
struct Walk {
  uint32_t axes;
  uint32_t extent[kMaxAxes];
  uint32_t stride[kMaxAxes];

  // Steps from index `axis` on; false after the last element, with all back at the start.
  bool Advance(uint32_t axis, uint32_t* index, const int8_t** x) const {
    for (; axis < kMaxAxes; ++axis) {
      *x += stride[axis];
      if (++index[axis] < extent[axis]) {
        return true;
      }
      *x -= stride[axis] * extent[axis];
      index[axis] = 0;
    }
    return false;
  }
};

}  // namespace

void Reduce(const ReduceParams& p, const Reducer& reducer, const int8_t* input, int8_t* output) {
  Walk walks[2] = {{0, {1, 1, 1}, {0, 0, 0}}, {0, {1, 1, 1}, {0, 0, 0}}};  // kept, reduced
  uint32_t stride = 1;
  int32_t last = -1;
  for (int32_t axis = kMaxRank - 1; axis >= 0; --axis) {
    const int32_t kind = (p.reduced >> axis) & 1;
    const uint32_t extent = p.extent[axis];
    Walk& walk = walks[kind];
    if (extent == 1) {
      continue;
    }
    if (kind == last) {
      walk.extent[walk.axes - 1] *= extent;
    } else {
      walk.extent[walk.axes] = extent;
      walk.stride[walk.axes++] = stride;
      last = kind;
    }
    stride *= extent;
  }
  const Walk& kept = walks[0];
  const Walk& reduced = walks[1];
  const uint32_t elements = reduced.extent[0] * reduced.extent[1] * reduced.extent[2];
  const uint32_t row = kept.extent[0];

  uint32_t out_index[kMaxAxes] = {0, 0, 0};
  do {
    for (uint32_t i = 0; i < row;) {
      const bool together = kept.stride[0] == 1 && row - i >= kReduceLanes;
      const uint32_t lanes = together ? kReduceLanes : 1;
      int32_t sum[kReduceLanes] = {reducer.first, reducer.first, reducer.first, reducer.first};
      uint32_t in_index[kMaxAxes] = {0, 0, 0};
      const int8_t* x = input + i * kept.stride[0];
      do {
        (together ? reducer.lanes : reducer.one)(x, reduced.extent[0], reduced.stride[0], sum);
      } while (reduced.Advance(1, in_index, &x));
      for (uint32_t lane = 0; lane < lanes; ++lane) {
        *output++ = reducer.finish(p, sum[lane], elements);
      }
      i += lanes;
    }
  } while (kept.Advance(1, out_index, &input));
}

}  // namespace nn
