#include "nn/mul_s8.h"

namespace nn {

void MulS8(const MulParams& params, const Broadcast& shape, const int8_t* input0,
           const int8_t* input1, int8_t* output) {
  const MulParams p = params;  // which no byte of the output can be one of
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t out, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    const int8_t* a = input0 + offset0;
    const int8_t* b = input1 + offset1;
    for (uint32_t i = 0; i < count; ++i, a += step0, b += step1) {
      const int32_t product = (*a - p.in_zero_point[0]) * (*b - p.in_zero_point[1]);
      output[out + i] = RequantizeTo8(product, p.requant, p.out_zero_point, p.out_min, p.out_max);
    }
  });
}

}  // namespace nn
