// The walk that the reductions share.

#ifndef MCUFORGE_NN_REDUCE_WALK_H_
#define MCUFORGE_NN_REDUCE_WALK_H_

#include "nn/reduce_s8.h"

namespace nn {

// Outputs that are next to each other both in memory and in their inputs are computed together.
constexpr uint32_t kReduceLanes = 4;

template <typename T>
struct Reducer {
  int32_t first;  // what an accumulator starts from
  // Takes `count` elements that are `stride` apart into one accumulator, or as many of each of
  // kReduceLanes neighbours into theirs.
  void (*one)(const T* x, uint32_t count, uint32_t stride, int32_t* sum);
  void (*lanes)(const T* x, uint32_t count, uint32_t stride, int32_t* sum);
  // Accumulator to output; `elements` went into it.
  T (*finish)(const ReduceParams& params, int32_t sum, uint32_t elements);
};

// Steps to the next index; false after the last, with all back at the start.
template <typename T>
__attribute__((noinline)) bool Advance(const uint32_t* extent, const uint32_t* stride,
                                       uint32_t* index, const T** x) {
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

template <typename T>
void ReduceAll(const ReduceParams& p, const Reducer<T>& reducer, const T* input, T* output) {
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
      const T* x = input + i;
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

// Reducer::one and Reducer::lanes of sums.
template <typename T>
void SumOne(const T* x, uint32_t count, uint32_t stride, int32_t* sum) {
  int32_t s = *sum;
  for (; count > 0; --count, x += stride) {
    s += *x;
  }
  *sum = s;
}

template <typename T>
void SumLanes(const T* x, uint32_t count, uint32_t stride, int32_t* sum) {
  int32_t s0 = sum[0];
  int32_t s1 = sum[1];
  int32_t s2 = sum[2];
  int32_t s3 = sum[3];
  for (; count > 0; --count, x += stride) {
    s0 += x[0];
    s1 += x[1];
    s2 += x[2];
    s3 += x[3];
  }
  sum[0] = s0;
  sum[1] = s1;
  sum[2] = s2;
  sum[3] = s3;
}

void Reduce(const ReduceParams& params, const Reducer<int8_t>& reducer, const int8_t* input,
            int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_REDUCE_WALK_H_
