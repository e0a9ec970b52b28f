#include "nn/reduce_s8.h"

namespace nn {
namespace {

void MaxOne(const int8_t* x, uint32_t count, uint32_t stride, int32_t* max) {
  int32_t m = *max;
  for (; count > 0; --count, x += stride) {
    m = *x > m ? *x : m;
  }
  *max = m;
}

void MaxLanes(const int8_t* x, uint32_t count, uint32_t stride, int32_t* max) {
  for (uint32_t lane = 0; lane < kReduceLanes; ++lane) {
    MaxOne(x + lane, count, stride, max + lane);
  }
}

int8_t Finish(const ReduceParams&, int32_t max, uint32_t) { return static_cast<int8_t>(max); }

}  // namespace

void MaxS8(const ReduceParams& params, const int8_t* input, int8_t* output) {
  static constexpr Reducer kReducer{INT8_MIN, MaxOne, MaxLanes, Finish};
  Reduce(params, kReducer, input, output);
}

}  // namespace nn
