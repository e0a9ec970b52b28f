#include "nn/prelu_s8.h"

namespace nn {

void PreluS8(const PreluParams& params, const Broadcast& shape, const int8_t* input,
             const int8_t* alpha, int8_t* output) {
  const PreluParams p = params;  // which no byte of the output can be one of
  ForEachRun(shape, [&](uint32_t input_offset, uint32_t alpha_offset, uint32_t out, uint32_t count,
                        uint32_t input_step, uint32_t alpha_step) {
    const int8_t* x = input + input_offset;
    const int8_t* a = alpha + alpha_offset;
    for (uint32_t i = 0; i < count; ++i, x += input_step, a += alpha_step) {
      int32_t value = *x - p.in_zero_point;
      const bool is_negative = value < 0;
      if (is_negative) {
        value *= *a - p.alpha_zero_point;
      }
      output[out + i] = RequantizeTo8(value, is_negative ? p.negative : p.positive,
                                      p.out_zero_point, INT8_MIN, INT8_MAX);
    }
  });
}

}  // namespace nn
