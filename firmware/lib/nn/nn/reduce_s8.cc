#include "nn/reduce_walk.h"

namespace nn {

void Reduce(const ReduceParams& params, const Reducer<int8_t>& reducer, const int8_t* input,
            int8_t* output) {
  ReduceAll(params, reducer, input, output);
}

}  // namespace nn
