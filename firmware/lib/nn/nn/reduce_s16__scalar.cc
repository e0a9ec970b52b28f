#include "nn/reduce_s16.h"
#include "nn/reduce_walk.h"
#include "nn/requantize_s16.h"

namespace nn {
namespace {

int16_t Finish(const ReduceParams& p, int32_t sum, uint32_t) {
  return RequantizeTo16(sum, p.requant, INT16_MIN, INT16_MAX);
}

}  // namespace

void SumS16(const ReduceParams& params, const int16_t* input, int16_t* output) {
  static constexpr Reducer<int16_t> kReducer{0, SumOne, SumLanes, Finish};
  ReduceAll(params, kReducer, input, output);
}

}  // namespace nn
