// 25 pairs of types: small rather than fast.
#pragma GCC optimize("Os")

#include "nn/cast.h"
#include "nn/float_bits.h"

namespace nn {
namespace {

// As an integer, or as it is where both are float32.
int32_t Load(CastType from, CastType to, const void* input, uint32_t i) {
  switch (from) {
    case CastType::kS8:
      return static_cast<const int8_t*>(input)[i];
    case CastType::kS16:
      return static_cast<const int16_t*>(input)[i];
    case CastType::kS32:
    case CastType::kU32:
      return static_cast<const int32_t*>(input)[i];
    case CastType::kBool:
      return static_cast<const uint8_t*>(input)[i] != 0;
    default:
      break;
  }
  const uint32_t bits = static_cast<const uint32_t*>(input)[i];
  if (to == CastType::kBool) {
    return (bits & ~kFloatSign) != 0;
  }
  return to == CastType::kF32 ? static_cast<int32_t>(bits) : TruncatedFloat(bits);
}

uint32_t FloatFromInteger(int32_t x) {
  const uint32_t magnitude = x < 0 ? -static_cast<uint32_t>(x) : static_cast<uint32_t>(x);
  return FloatFrom(magnitude, 0) | (x < 0 ? kFloatSign : 0);
}

}  // namespace

void Cast(const CastParams& p, const void* input, void* output) {
  for (uint32_t i = 0; i < p.count; ++i) {
    const int32_t x = Load(p.from, p.to, input, i);
    switch (p.to) {
      case CastType::kS8:
        static_cast<int8_t*>(output)[i] = static_cast<int8_t>(x);
        break;
      case CastType::kS16:
        static_cast<int16_t*>(output)[i] = static_cast<int16_t>(x);
        break;
      case CastType::kS32:
      case CastType::kU32:
        static_cast<int32_t*>(output)[i] = x;
        break;
      case CastType::kBool:
        static_cast<uint8_t*>(output)[i] = x != 0;
        break;
      default:
        static_cast<uint32_t*>(output)[i] =
            p.from == CastType::kF32 ? static_cast<uint32_t>(x) : FloatFromInteger(x);
        break;
    }
  }
}

}  // namespace nn
