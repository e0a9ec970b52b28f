#include "nn/requantize_s8.h"

namespace nn {

void RequantizeS8(const RequantizeParams& params, uint32_t count, const int8_t* input,
                  int8_t* output) {
  const RequantizeParams p = params;  // which no byte of the output can be one of
  for (uint32_t i = 0; i < count; ++i) {
    const int32_t x = static_cast<int8_t>(input[i] ^ p.in_flip);
    const int8_t y =
        RequantizeTo8(x - p.in_zero_point, p.requant, p.out_zero_point, p.out_min, p.out_max);
    output[i] = static_cast<int8_t>(y ^ p.out_flip);
  }
}

}  // namespace nn
