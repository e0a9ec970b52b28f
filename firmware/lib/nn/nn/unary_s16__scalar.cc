#include "nn/requantize_s16.h"
#include "nn/unary_s16.h"

namespace nn {

void RequantizeS16(Requant requant, RangeS16 range, uint32_t count, const int16_t* input,
                   int16_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    output[i] = RequantizeTo16(input[i], requant, range.min, range.max);
  }
}

void ClampS16(RangeS16 range, uint32_t count, const int16_t* input, int16_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    output[i] = static_cast<int16_t>(Clamp(input[i], range.min, range.max));
  }
}

void AbsS16(Requant requant, uint32_t count, const int16_t* input, int16_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    const int32_t x = input[i] < 0 ? -input[i] : input[i];
    output[i] = RequantizeTo16(x, requant, INT16_MIN, INT16_MAX);
  }
}

void LeakyReluS16(const LeakyReluS16Params& p, uint32_t count, const int16_t* input,
                  int16_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    const int32_t x = input[i];
    const int32_t y =
        x < 0 ? p.alpha_sign * ApplyRequant(x, p.negative) : ApplyRequant(x, p.positive);
    output[i] = static_cast<int16_t>(Clamp(y, INT16_MIN, INT16_MAX));
  }
}

}  // namespace nn
