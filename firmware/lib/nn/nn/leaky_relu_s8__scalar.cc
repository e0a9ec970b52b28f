#include "nn/leaky_relu_s8.h"

namespace nn {

void LeakyReluS8(const LeakyReluParams& params, uint32_t count, const int8_t* input,
                 int8_t* output) {
  const LeakyReluParams p = params;  // which no byte of the output can be one of
  for (uint32_t i = 0; i < count; ++i) {
    const int32_t x = input[i] - p.in_zero_point;
    const int32_t y =
        x < 0 ? p.alpha_sign * ApplyRequant(x, p.negative) : ApplyRequant(x, p.positive);
    output[i] = OutputS8(y, p.out_zero_point, INT8_MIN, INT8_MAX);
  }
}

}  // namespace nn
