#include "nn/inverse_sqrt.h"
#include "nn/rsqrt_s8.h"

namespace nn {

bool RsqrtS8(const RsqrtParams& p, const int8_t* input, int8_t* output) {
  constexpr int32_t kFractionBits = 20;  // of the root's inverse
  for (uint32_t i = 0; i < p.count; ++i) {
    const int32_t x = input[i] - p.in_zero_point;
    if (x < 0) {
      return false;
    }
    if (x == 0) {
      output[i] = INT8_MAX;
      continue;
    }
    const Requant inverse = InverseSqrt(static_cast<uint32_t>(x));
    const int32_t root = ApplyRequant(1, {inverse.multiplier, inverse.shift + kFractionBits});
    output[i] = RequantizeTo8(root, {p.requant.multiplier, p.requant.shift - kFractionBits},
                              p.out_zero_point, INT8_MIN, INT8_MAX);
  }
  return true;
}

}  // namespace nn
