#include "nn/float_edge.h"

namespace nn {

void QuantizeS8(const FloatEdgeParams& p, const uint32_t* input, int8_t* output) {
  constexpr int32_t kBeyond = 512;  // farther than any int8 from any int8 zero point
  constexpr uint32_t kInfinity = UINT32_C(0x7f800000);
  const Scale scale = ScaleFromBits(p.scale_bits);
  for (uint32_t i = 0; i < p.count; ++i) {
    const uint32_t magnitude = input[i] & INT32_MAX;
    int32_t steps = 0;
    if (magnitude < kInfinity) {
      steps = DivideByScale(ScaleFromBits(magnitude), scale, kBeyond);
    } else if (magnitude == kInfinity) {
      steps = kBeyond;
    }
    steps = input[i] >> 31 ? -steps : steps;
    output[i] = static_cast<int8_t>(Clamp(steps + p.zero_point, INT8_MIN, INT8_MAX));
  }
}

}  // namespace nn
