#include "nn/clamp_s8.h"

namespace nn {

void ClampS8(const ClampParams& p, uint32_t count, const int8_t* input, int8_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    int8_t x = input[i];
    x = x > p.max ? p.max : x;
    output[i] = x < p.min ? p.min : x;
  }
}

}  // namespace nn
