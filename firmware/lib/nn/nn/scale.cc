#include "nn/isa.h"

#if !MCUFORGE_V6M
// Small rather than fast: it runs once a channel, not once a product. Armv6-M has to divide by
// hand.
#pragma GCC optimize("Os")
#endif

#include <cstring>

#include "nn/scale.h"
#include "nn/v6m.h"

namespace nn {
namespace {

constexpr int32_t kMinShift = -31;  // of a Requant; what is smaller upstream flushes to zero

// From a factor's leading bit and the 30 that follow it (2^31 where it was rounded up to that), and
// its exponent as frexp has it.
Requant MakeRequant(uint32_t bits, int32_t shift) {
  if (bits == (UINT32_C(1) << 31)) {
    bits >>= 1;
    ++shift;
  }
  if (shift < kMinShift) {
    return Requant{0, 0};
  }
  return shift > kMaxShift ? Requant{INT32_MAX, kMaxShift + 1}
                           : Requant{static_cast<int32_t>(bits), shift};
}

}  // namespace

#if MCUFORGE_NN_SCALE_IS_DOUBLE

Scale ScaleFromBits(uint32_t float_bits) {
  float value = 0;
  if (IsValidScale(float_bits)) {
    std::memcpy(&value, &float_bits, sizeof value);
  }
  return Scale{value};
}

Scale MultiplyAsFloat(Scale a, Scale b) {
  return Scale{static_cast<float>(a.value) * static_cast<float>(b.value)};
}

Scale DivideAsFloat(Scale a, Scale c) {
  return Scale{static_cast<float>(a.value) / static_cast<float>(c.value)};
}

Requant RequantFromScales(Scale a, Scale b, Scale c) {
  return RequantFromScale(Scale{a.value * b.value / c.value});
}

Requant RequantFromScale(Scale factor) {
  const double value = factor.value;
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const auto high = static_cast<uint32_t>(bits >> 32);
  const auto low = static_cast<uint32_t>(bits);
  const uint32_t fraction = (UINT32_C(1) << 30) | ((high & 0xfffff) << 10) | (low >> 22);
  return MakeRequant(fraction + ((low >> 21) & 1), static_cast<int32_t>(high >> 20) - 1022);
}

int32_t DivideByScale(Scale value, Scale scale, int32_t limit) {
  // 0 / 0 is converted to 0.
  const float quotient = static_cast<float>(value.value) / static_cast<float>(scale.value);
  int32_t rounded;  // halves away from zero; INT32_MAX if it is larger
  asm("vcvta.s32.f32 %0, %1" : "=t"(rounded) : "t"(quotient));
  return rounded > limit ? limit : rounded;
}

Scale ScaleFromInteger(uint32_t value) { return Scale{static_cast<double>(value)}; }

uint32_t IntegerFromScale(Scale scale, bool to_nearest) {
  return static_cast<uint32_t>(scale.value + (to_nearest ? 0.5 : 0.0));
}

uint32_t BitsFromScale(Scale scale) {
  const auto value = static_cast<float>(scale.value);
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

#else

namespace {

constexpr uint32_t kHiddenBit = UINT32_C(1) << 23;

#if !MCUFORGE_V6M
// Appends `bits` more quotient bits (at most 8, so that nothing leaves 32 bits) to `quotient` while
// dividing by a 24-bit divisor; `remainder` < divisor before and after.
inline void DivideStep(uint32_t* quotient, uint32_t* remainder, uint32_t next_bits, uint32_t bits,
                       uint32_t divisor) {
  const uint32_t dividend = (*remainder << bits) | next_bits;
  const uint32_t q = dividend / divisor;
  *quotient = (*quotient << bits) | q;
  *remainder = dividend - q * divisor;
}
#endif

}  // namespace

Scale ScaleFromBits(uint32_t float_bits) {
  if (float_bits == 0 || !IsValidScale(float_bits)) {
    return Scale{0, 0};
  }
  const int32_t biased = static_cast<int32_t>(float_bits >> 23);
  uint32_t mantissa = float_bits & (kHiddenBit - 1);
  int32_t exponent = biased - 150;
  if (biased != 0) {
    mantissa |= kHiddenBit;
  } else {  // subnormal
    exponent = -149;
    while (mantissa < kHiddenBit) {
      mantissa <<= 1;
      --exponent;
    }
  }
  return Scale{mantissa, exponent};
}

Requant RequantFromScales(Scale a, Scale b, Scale c) {
  if (a.mantissa == 0 || b.mantissa == 0) {
    return Requant{0, 0};
  }
  uint64_t product = static_cast<uint64_t>(a.mantissa) * b.mantissa;
  // real = product / c.mantissa * 2^e. Scale the product until product / (c.mantissa * 2^24) is in
  // [1, 2); then real = that quotient * 2^(e + 24 - doublings), and frexp's exponent is one more.
  int32_t shift = a.exponent + b.exponent - c.exponent + 25;
  while (static_cast<uint32_t>(product >> 24) < c.mantissa) {
    product <<= 1;
    --shift;
  }
  // 31 quotient bits: the leading one, the 24 low bits of the product, then 6 zeros.
  uint32_t quotient = 1;
  uint32_t remainder = static_cast<uint32_t>(product >> 24) - c.mantissa;
  const uint32_t low = static_cast<uint32_t>(product) & 0xffffff;
  DivideStep(&quotient, &remainder, low >> 16, 8, c.mantissa);
  DivideStep(&quotient, &remainder, (low >> 8) & 0xff, 8, c.mantissa);
  DivideStep(&quotient, &remainder, low & 0xff, 8, c.mantissa);
  DivideStep(&quotient, &remainder, 0, 6, c.mantissa);
  // TFLM rounds twice: the quotient to double's 53 bits (22 more than the 31 here, ties to even),
  // then to 31 bits with halves up. Together: up when remainder / divisor >= 1/2 - 2^-23, which is
  // (divisor - 2 * remainder) * 2^22 <= divisor < 2^24.
  const int32_t below_half = static_cast<int32_t>(c.mantissa - 2 * remainder);
  if (below_half <= 0 ||
      (below_half < 4 && static_cast<uint32_t>(below_half) << 22 <= c.mantissa)) {
    ++quotient;
  }
  return MakeRequant(quotient, shift);
}

Scale MultiplyAsFloat(Scale a, Scale b) {
  const uint64_t product = static_cast<uint64_t>(a.mantissa) * b.mantissa;
  if (product == 0) {
    return Scale{0, 0};
  }
  // The product has 47 or 48 bits; keep 24, round to nearest, ties to even.
  int32_t drop = 23;
  if (product >> 47) {
    drop = 24;
  }
  uint32_t mantissa = static_cast<uint32_t>(product >> drop);
  const uint32_t rest = static_cast<uint32_t>(product) & ((UINT32_C(1) << drop) - 1);
  const uint32_t half = UINT32_C(1) << (drop - 1);
  if (rest > half || (rest == half && (mantissa & 1))) {
    ++mantissa;
  }
  int32_t exponent = a.exponent + b.exponent + drop;
  if (mantissa == (kHiddenBit << 1)) {
    mantissa >>= 1;
    ++exponent;
  }
  return Scale{mantissa, exponent};
}

Scale DivideAsFloat(Scale a, Scale c) {
  if (a.mantissa == 0) {
    return Scale{0, 0};
  }
  uint32_t numerator = a.mantissa;
  int32_t exponent = a.exponent - c.exponent - 23;
  if (numerator < c.mantissa) {
    numerator <<= 1;
    --exponent;
  }
  // numerator / mantissa in [1, 2): 24 bits in all, rounded to nearest even.
  uint32_t quotient = 1;
  uint32_t remainder = numerator - c.mantissa;
  DivideStep(&quotient, &remainder, 0, 8, c.mantissa);
  DivideStep(&quotient, &remainder, 0, 8, c.mantissa);
  DivideStep(&quotient, &remainder, 0, 7, c.mantissa);
  if (2 * remainder > c.mantissa || (2 * remainder == c.mantissa && (quotient & 1))) {
    ++quotient;  // never to 2^24: the largest ratio of two mantissas is 2 - 2^-22 or so
  }
  return Scale{quotient, exponent};
}

int32_t DivideByScale(Scale value, Scale scale, int32_t limit) {
  if (value.mantissa == 0) {
    return 0;
  }
  if (scale.mantissa == 0) {
    return limit;
  }
  const Scale quotient = DivideAsFloat(value, scale);
  if (quotient.exponent >= 0) {
    return limit;  // at least 2^23
  }
  const int32_t drop = -quotient.exponent;
  if (drop > 25) {
    return 0;
  }
  const uint32_t rounded = (quotient.mantissa + (UINT32_C(1) << (drop - 1))) >> drop;
  return rounded > static_cast<uint32_t>(limit) ? limit : static_cast<int32_t>(rounded);
}

Requant RequantFromScale(Scale factor) {
  return factor.mantissa == 0 ? Requant{0, 0}
                              : MakeRequant(factor.mantissa << 7, factor.exponent + 24);
}

Scale ScaleFromInteger(uint32_t value) { return value == 0 ? Scale{0, 0} : MakeScale(value, 0); }

uint32_t IntegerFromScale(Scale scale, bool to_nearest) {
  const int32_t drop = -scale.exponent;  // at least 1
  if (scale.mantissa == 0 || drop > 24) {
    return 0;
  }
  const uint32_t half = to_nearest ? UINT32_C(1) << (drop - 1) : 0;
  return (scale.mantissa + half) >> drop;
}

uint32_t BitsFromScale(Scale scale) {
  const int32_t biased = scale.exponent + 150;
  if (scale.mantissa == 0) {
    return 0;
  }
  if (biased >= 255) {
    return UINT32_C(0x7f800000);
  }
  if (biased <= 0) {  // subnormal
    return biased < -23 ? 0 : scale.mantissa >> (1 - biased);
  }
  return (static_cast<uint32_t>(biased) << 23) | (scale.mantissa & (kHiddenBit - 1));
}

#endif

ActivationRange ActivationRangeOf(Activation activation, Scale scale, int32_t zero_point,
                                  int32_t high) {
  ActivationRange range{~high, high};
  if (activation == Activation::kNone || activation > Activation::kRelu6) {
    return range;
  }
  int32_t min = zero_point;
  if (activation != Activation::kRelu) {
    constexpr Scale kOne = MakeScale(1, 0);
    constexpr Scale kSix = MakeScale(6, 0);
    const int32_t beyond = 4 * high;  // farther than any value from any zero point
    const bool to_one = activation == Activation::kReluN1To1;
    const int32_t steps = DivideByScale(to_one ? kOne : kSix, scale, beyond);
    range.max = Clamp(zero_point + steps, ~high, high);
    min -= to_one ? steps : 0;
  }
  range.min = Clamp(min, ~high, high);
  return range;
}

}  // namespace nn
