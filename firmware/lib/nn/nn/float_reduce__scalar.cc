// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "nn/float_reduce.h"
#include "nn/reduce_walk.h"

namespace nn {
namespace {

void One(const uint32_t* x, uint32_t count, uint32_t stride, int32_t* sum) {
  auto s = static_cast<uint32_t>(*sum);
  for (; count > 0; --count, x += stride) {
    s = AddFloats(s, *x);
  }
  *sum = static_cast<int32_t>(s);
}

void Lanes(const uint32_t* x, uint32_t count, uint32_t stride, int32_t* sum) {
  for (uint32_t lane = 0; lane < kReduceLanes; ++lane) {
    One(x + lane, count, stride, sum + lane);
  }
}

uint32_t Sum(const ReduceParams&, int32_t sum, uint32_t) { return static_cast<uint32_t>(sum); }

uint32_t Mean(const ReduceParams&, int32_t sum, uint32_t elements) {
  return DivideFloats(static_cast<uint32_t>(sum), FloatFrom(elements, 0));
}

}  // namespace

void FloatSum(const ReduceParams& params, const uint32_t* input, uint32_t* output) {
  static constexpr Reducer<uint32_t> kReducer{0, One, Lanes, Sum};
  ReduceAll(params, kReducer, input, output);
}

void FloatMean(const ReduceParams& params, const uint32_t* input, uint32_t* output) {
  static constexpr Reducer<uint32_t> kReducer{0, One, Lanes, Mean};
  ReduceAll(params, kReducer, input, output);
}

}  // namespace nn
