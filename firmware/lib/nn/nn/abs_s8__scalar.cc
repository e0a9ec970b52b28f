#include "nn/requantize_s8.h"

namespace nn {

void AbsS8(const RequantizeParams& p, uint32_t count, const int8_t* input, int8_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    const int32_t x = input[i] - p.in_zero_point;
    output[i] = RequantizeTo8(x < 0 ? -x : x, p.requant, p.out_zero_point, p.out_min, p.out_max);
  }
}

}  // namespace nn
