#include "nn/requantize_s8.h"

namespace nn {

void RequantizeS8(Requant requant, int32_t in_zero_point, int32_t out_zero_point,
                  const int8_t* input, uint32_t count, int8_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    output[i] = static_cast<int8_t>(Clamp(
        ApplyRequant(input[i] - in_zero_point, requant) + out_zero_point, INT8_MIN, INT8_MAX));
  }
}

}  // namespace nn
