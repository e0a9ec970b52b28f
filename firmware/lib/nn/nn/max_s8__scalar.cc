#include "nn/reduce_extremum_s8.h"

namespace nn {

void MaxS8(const ReduceParams& params, const int8_t* input, int8_t* output) {
  Reduce(params, ReduceExtremum<Extremum::kMaximum>::kReducer, input, output);
}

}  // namespace nn
