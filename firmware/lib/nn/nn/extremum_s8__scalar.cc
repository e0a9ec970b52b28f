#include "nn/extremum_s8.h"

namespace nn {

void ExtremumS8(Extremum which, const Broadcast& shape, const int8_t* input0, const int8_t* input1,
                int8_t* output) {
  const int32_t flip = static_cast<int32_t>(which);
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const int8_t* a = input0 + offset0;
    const int8_t* b = input1 + offset1;
    for (uint32_t i = 0; i < count; ++i, a += step0, b += step1) {
      const int32_t x0 = *a ^ flip;
      const int32_t x1 = *b ^ flip;
      output[out + i] = static_cast<int8_t>((x0 > x1 ? x0 : x1) ^ flip);
    }
  });
}

}  // namespace nn
