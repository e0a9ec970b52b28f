#include "nn/squared_difference_s8.h"

namespace nn {

void SquaredDifferenceS8(const SquaredDifferenceParams& params, const Broadcast& shape,
                         const int8_t* input0, const int8_t* input1, int8_t* output) {
  const SquaredDifferenceParams p = params;  // which no byte of the output can be one of
  const auto scaled = [&p](int32_t which, int32_t x) {
    const int32_t shifted = (x - p.in_zero_point[which]) * (1 << kSquaredDifferenceLeftShift);
    return ApplyRequant(shifted, p.in[which]);
  };
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const int8_t* a = input0 + offset0;
    const int8_t* b = input1 + offset1;
    for (uint32_t i = 0; i < count; ++i, a += step0, b += step1) {
      const int32_t difference = scaled(0, *a) - scaled(1, *b);
      output[out + i] =
          RequantizeTo8(difference * difference, p.out, p.out_zero_point, INT8_MIN, INT8_MAX);
    }
  });
}

}  // namespace nn
