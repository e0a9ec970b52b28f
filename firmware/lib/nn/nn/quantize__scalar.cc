#include "nn/float_edge.h"

namespace nn {

void Quantize(const FloatEdgeParams& p, const uint32_t* input, void* output) {
  const int32_t max = p.bytes == 1 ? INT8_MAX : INT16_MAX;
  const int32_t beyond = 4 * max;  // farther than any value from any zero point
  constexpr uint32_t kInfinity = UINT32_C(0x7f800000);
  const Scale scale = ScaleFromBits(p.scale_bits);
  for (uint32_t i = 0; i < p.count; ++i) {
    const uint32_t magnitude = input[i] & INT32_MAX;
    int32_t steps = 0;
    if (magnitude < kInfinity) {
      steps = DivideByScale(ScaleFromBits(magnitude), scale, beyond);
    } else if (magnitude == kInfinity) {
      steps = beyond;
    }
    steps = input[i] >> 31 ? -steps : steps;
    const int32_t y = Clamp(steps + p.zero_point, ~max, max);
    if (p.bytes == 1) {
      static_cast<int8_t*>(output)[i] = static_cast<int8_t>(y);
    } else {
      static_cast<int16_t*>(output)[i] = static_cast<int16_t>(y);
    }
  }
}

}  // namespace nn
