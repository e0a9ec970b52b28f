#include "nn/float_edge.h"

namespace nn {

void Dequantize(const FloatEdgeParams& p, const void* input, uint32_t* output) {
  const Scale scale = ScaleFromBits(p.scale_bits);
  for (uint32_t i = 0; i < p.count; ++i) {
    int32_t x;
    if (p.bytes == 1) {
      x = static_cast<int8_t>(static_cast<const uint8_t*>(input)[i] ^ p.flip);
    } else {
      x = static_cast<const int16_t*>(input)[i];
    }
    x -= p.zero_point;
    const uint32_t sign = x < 0 ? UINT32_C(1) << 31 : 0;
    const Scale steps = ScaleFromInteger(static_cast<uint32_t>(x < 0 ? -x : x));
    output[i] = sign | BitsFromScale(MultiplyAsFloat(scale, steps));
  }
}

}  // namespace nn
