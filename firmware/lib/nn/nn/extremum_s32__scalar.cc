// Shapes and indices are a few numbers: small rather than fast.
#pragma GCC optimize("Os")

#include "nn/extremum_s8.h"

namespace nn {

void ExtremumS32(Extremum which, const Broadcast& shape, const int32_t* input0,
                 const int32_t* input1, int32_t* output) {
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const int32_t* a = input0 + offset0;
    const int32_t* b = input1 + offset1;
    for (uint32_t i = 0; i < count; ++i, a += step0, b += step1) {
      output[out + i] = (*a > *b) == (which == Extremum::kMaximum) ? *a : *b;
    }
  });
}

}  // namespace nn
