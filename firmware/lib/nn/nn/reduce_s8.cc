#include "nn/reduce_s8.h"

namespace nn {
namespace {

// Steps to the next index; false after the last, with all back at the start.
__attribute__((noinline)) bool Advance(const uint32_t* extent, const uint32_t* stride,
                                       uint32_t* index, const int8_t** x) {
  for (int32_t axis = kMaxRank - 1; axis >= 0; --axis) {
    *x += stride[axis];
    if (++index[axis] < extent[axis]) {
      return true;
    }
    *x -= stride[axis] * extent[axis];
    index[axis] = 0;
  }
  return false;
}

}  // namespace

void Reduce(const ReduceParams& p, const Reducer& reducer, const int8_t* input, int8_t* output) {
  // Two walks: the kept axes give the outputs in order, for each the reduced ones give its inputs.
  // The innermost axis of either walk is taken out of it: a run of inputs, a row of neighbours.
  uint32_t stride[kMaxRank];
  uint32_t kept[kMaxRank];
  uint32_t reduced[kMaxRank];
  uint32_t run = 1;
  uint32_t run_stride = 0;
  uint32_t elements = 1;
  uint32_t step = 1;
  for (int32_t axis = kMaxRank - 1; axis >= 0; --axis) {
    const uint32_t extent = p.extent[axis];
    stride[axis] = step;
    kept[axis] = reduced[axis] = 1;
    if (!((p.reduced >> axis) & 1)) {
      kept[axis] = extent;
    } else {
      if (run == 1) {
        run = extent;
        run_stride = step;
      } else {
        reduced[axis] = extent;
      }
      elements *= extent;
    }
    step *= extent;
  }
  const uint32_t row = kept[kMaxRank - 1];
  kept[kMaxRank - 1] = 1;

  uint32_t out_index[kMaxRank] = {};
  do {
    for (uint32_t i = 0; i < row;) {
      const bool together = row - i >= kReduceLanes;
      int32_t sum[kReduceLanes] = {reducer.first, reducer.first, reducer.first, reducer.first};
      uint32_t in_index[kMaxRank] = {};
      const int8_t* x = input + i;
      do {
        (together ? reducer.lanes : reducer.one)(x, run, run_stride, sum);
      } while (Advance(reduced, stride, in_index, &x));
      const uint32_t lanes = together ? kReduceLanes : 1;
      for (uint32_t lane = 0; lane < lanes; ++lane) {
        *output++ = reducer.finish(p, sum[lane], elements);
      }
      i += lanes;
    }
  } while (Advance(kept, stride, out_index, &input));
}

}  // namespace nn
