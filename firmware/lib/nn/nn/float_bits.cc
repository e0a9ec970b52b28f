// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_bits.h"

namespace nn {

uint32_t FloatFrom(uint64_t magnitude, int32_t exponent) {
  if (magnitude == 0) {
    return 0;
  }
  const uint32_t high = static_cast<uint32_t>(magnitude >> 32);
  const uint32_t low = static_cast<uint32_t>(magnitude);
  const int32_t bits = high != 0 ? 64 - __builtin_clz(high) : 32 - __builtin_clz(low);
  int32_t dropped = bits - 24;
  if (exponent + dropped < -149) {  // subnormal: as many bits as are left
    dropped = -149 - exponent;
  }
  if (dropped > 63) {
    return 0;
  }
  uint64_t kept = magnitude;
  if (dropped > 0) {
    kept = magnitude >> dropped;
    const uint64_t rest = magnitude - (kept << dropped);
    const uint64_t half = UINT64_C(1) << (dropped - 1);
    kept += rest > half || (rest == half && (kept & 1)) ? 1 : 0;
  } else {
    kept = magnitude << -dropped;
  }
  // A carry out of the fraction raises the biased exponent, which is what it should do.
  const bool is_normal = kept >= UINT64_C(1) << 23;
  const int32_t biased = is_normal ? exponent + dropped + 149 : 0;
  const int64_t result = (static_cast<int64_t>(biased) << 23) + static_cast<int64_t>(kept);
  return result < kFloatInfinity ? static_cast<uint32_t>(result) : kFloatInfinity;
}

uint32_t SqrtOfFloat(uint32_t bits) {
  FloatParts parts = PartsOfFloat(bits);
  // A radicand of 61 or 62 bits with an even exponent has a root of 31 bits: 24 and what decides
  // the rounding.
  const int32_t shift =
      __builtin_clz(parts.magnitude) + 30 - ((parts.exponent ^ __builtin_clz(parts.magnitude)) & 1);
  uint64_t rest = static_cast<uint64_t>(parts.magnitude) << shift;
  uint32_t root = 0;
  for (uint32_t bit = UINT32_C(1) << 30; bit != 0; bit >>= 1) {
    const uint32_t tried = root | bit;
    if (static_cast<uint64_t>(tried) * tried <= rest) {
      root = tried;
    }
  }
  const bool is_exact = static_cast<uint64_t>(root) * root == rest;
  return FloatFrom(static_cast<uint64_t>(root) << 1 | (is_exact ? 0 : 1),
                   (parts.exponent - shift) / 2 - 1);
}

uint32_t RootOfFloat(uint32_t bits) {
  const uint32_t magnitude = bits & ~kFloatSign;
  if (magnitude == 0 || bits == kFloatInfinity || IsNan(bits)) {
    return bits;
  }
  return bits >> 31 ? kFloatNan : SqrtOfFloat(bits);
}

int32_t TruncatedFloat(uint32_t bits) {
  if (IsNan(bits)) {
    return 0;
  }
  const FloatParts parts = PartsOfFloat(bits);
  const bool negative = bits >> 31;
  if (parts.exponent > 7) {
    return negative ? INT32_MIN : INT32_MAX;
  }
  const uint32_t whole = parts.exponent >= 0    ? parts.magnitude << parts.exponent
                         : parts.exponent > -24 ? parts.magnitude >> -parts.exponent
                                                : 0;
  return negative ? -static_cast<int32_t>(whole) : static_cast<int32_t>(whole);
}

int32_t RoundedFloat(uint32_t bits) {
  const bool is_small = (bits & ~kFloatSign) < UINT32_C(0x00800000);  // twice it is another thing
  const int32_t twice = is_small ? 0 : TruncatedFloat(bits + (UINT32_C(1) << 23));
  return (twice + (twice < 0 ? -1 : 1)) / 2;
}

}  // namespace nn
