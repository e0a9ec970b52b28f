#include "nn/inverse_sqrt.h"
#include "nn/rsqrt_s8.h"

namespace nn {
namespace {

// x above 0. In output steps, not moved to the zero point.
int32_t InverseRoot(int32_t x, Requant requant) {
  constexpr int32_t kFractionBits = 20;  // of the root's inverse
  const Requant inverse = InverseSqrt(static_cast<uint32_t>(x));
  const int32_t root = ApplyRequant(1, {inverse.multiplier, inverse.shift + kFractionBits});
  return ApplyRequant(root, {requant.multiplier, requant.shift - kFractionBits});
}

}  // namespace

bool RsqrtS8(const RsqrtParams& p, const int8_t* input, int8_t* output) {
  for (uint32_t i = 0; i < p.count; ++i) {
    const int32_t x = input[i] - p.in_zero_point;
    if (x < 0) {
      return false;
    }
    output[i] = x == 0 ? static_cast<int8_t>(INT8_MAX)
                       : OutputS8(InverseRoot(x, p.requant), p.out_zero_point, INT8_MIN, INT8_MAX);
  }
  return true;
}

bool RsqrtS16(Requant requant, uint32_t count, const int16_t* input, int16_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    if (input[i] < 0) {
      return false;
    }
    output[i] = static_cast<int16_t>(
        input[i] == 0 ? INT16_MAX : Clamp(InverseRoot(input[i], requant), INT16_MIN, INT16_MAX));
  }
  return true;
}

}  // namespace nn
