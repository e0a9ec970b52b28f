// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "nn/float_reduce.h"
#include "nn/reduce_walk.h"

namespace nn {
namespace {

using Combine = uint32_t (*)(uint32_t sum, uint32_t value);

uint32_t Larger(uint32_t a, uint32_t b) { return IsAboveFloat(b, a) ? b : a; }
uint32_t Smaller(uint32_t a, uint32_t b) { return IsAboveFloat(a, b) ? b : a; }

template <Combine kCombine>
void One(const uint32_t* x, uint32_t count, uint32_t stride, int32_t* sum) {
  auto s = static_cast<uint32_t>(*sum);
  for (; count > 0; --count, x += stride) {
    s = kCombine(s, *x);
  }
  *sum = static_cast<int32_t>(s);
}

template <Combine kCombine>
void Lanes(const uint32_t* x, uint32_t count, uint32_t stride, int32_t* sum) {
  for (uint32_t lane = 0; lane < kReduceLanes; ++lane) {
    One<kCombine>(x + lane, count, stride, sum + lane);
  }
}

uint32_t Sum(const ReduceParams&, int32_t sum, uint32_t) { return static_cast<uint32_t>(sum); }

uint32_t Mean(const ReduceParams&, int32_t sum, uint32_t elements) {
  return DivideFloats(static_cast<uint32_t>(sum), FloatFrom(elements, 0));
}

template <Combine kCombine>
constexpr Reducer<uint32_t> From(uint32_t first,
                                 uint32_t (*finish)(const ReduceParams&, int32_t, uint32_t)) {
  return {static_cast<int32_t>(first), One<kCombine>, Lanes<kCombine>, finish};
}

}  // namespace

void FloatSum(const ReduceParams& params, const uint32_t* input, uint32_t* output) {
  static constexpr Reducer<uint32_t> kReducer = From<AddFloats>(0, Sum);
  ReduceAll(params, kReducer, input, output);
}

void FloatMean(const ReduceParams& params, const uint32_t* input, uint32_t* output) {
  static constexpr Reducer<uint32_t> kReducer = From<AddFloats>(0, Mean);
  ReduceAll(params, kReducer, input, output);
}

void FloatMax(const ReduceParams& params, const uint32_t* input, uint32_t* output) {
  static constexpr Reducer<uint32_t> kReducer = From<Larger>(kFloatLowest, Sum);
  ReduceAll(params, kReducer, input, output);
}

void FloatMin(const ReduceParams& params, const uint32_t* input, uint32_t* output) {
  static constexpr Reducer<uint32_t> kReducer = From<Smaller>(kFloatHighest, Sum);
  ReduceAll(params, kReducer, input, output);
}

}  // namespace nn
