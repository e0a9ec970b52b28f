// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "nn/float_curves.h"

namespace nn {
namespace {

// Fixed point: fine numbers are below 4 and have 62 bits after the point, coarse ones below 128
// have 56.
constexpr int32_t kFine = 62;
constexpr int32_t kCoarse = 56;
constexpr uint64_t kOne = UINT64_C(1) << kFine;
constexpr uint64_t kHalfPi = UINT64_C(0x6487ed5110b4611a);   // fine
constexpr uint64_t kLnOfTwo = UINT64_C(0x00b17217f7d1cf7a);  // coarse
constexpr uint32_t kHalf = UINT32_C(0x3f000000);             // bits of float32, and below
constexpr uint32_t kCoarseLimit = UINT32_C(0x43000000);      // 128
constexpr uint32_t kSineIsArgument = UINT32_C(0x39800000);   // 2^-12: below it to 24 bits
constexpr uint32_t kTanhIsArgument = kSineIsArgument;
constexpr uint32_t kExpm1IsArgument = UINT32_C(0x33000000);  // 2^-25, likewise

// a * b, all fine.
uint64_t Product(uint64_t a, uint64_t b) {
  const uint64_t a1 = a >> 32, a0 = static_cast<uint32_t>(a);
  const uint64_t b1 = b >> 32, b0 = static_cast<uint32_t>(b);
  const uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
  const uint64_t low = a0 * b1 + static_cast<uint32_t>(middle);
  const uint64_t high = a1 * b1 + (middle >> 32) + (low >> 32);
  return high << 2 | (low >> 30 & 3);
}

// a / n, n below 2^16, by digits of 16 bits: a quotient of 64 would link the C library's.
uint64_t Over(uint64_t a, uint32_t n) {
  uint64_t quotient = 0;
  uint32_t rest = 0;
  for (int32_t shift = 48; shift >= 0; shift -= 16) {
    const uint32_t part = rest << 16 | (static_cast<uint32_t>(a >> shift) & 0xffff);
    quotient = quotient << 16 | part / n;
    rest = part % n;
  }
  return quotient;
}

// A finite magnitude below what `fraction_bits` leave room for.
uint64_t FixedPoint(uint32_t magnitude, int32_t fraction_bits) {
  const FloatParts parts = PartsOfFloat(magnitude);
  const int32_t shift = parts.exponent + fraction_bits;
  if (shift >= 0) {
    return static_cast<uint64_t>(parts.magnitude) << shift;
  }
  return shift > -32 ? parts.magnitude >> -shift : 0;
}

// fine * 2^exponent
struct Power {
  uint64_t fine;
  int32_t exponent;
};

// e^x or e^-x of a magnitude below 128: a power of two times e^r, r in [0, ln 2], by its Taylor
// series.
Power ExpOf(uint32_t magnitude, bool negative) {
  const uint64_t x = FixedPoint(magnitude, kCoarse);
  uint64_t rest = x;
  int32_t twos = 0;
  for (int32_t bit = 7; bit >= 0; --bit) {
    const bool fits = rest >= kLnOfTwo << bit;
    rest -= fits ? kLnOfTwo << bit : 0;
    twos += fits ? 1 << bit : 0;
  }
  if (negative) {
    rest = kLnOfTwo - rest;
    ++twos;
  }
  const uint64_t r = rest << (kFine - kCoarse);
  uint64_t sum = kOne;
  for (uint32_t n = 18; n != 0; --n) {
    sum = kOne + Over(Product(r, sum), n);
  }
  return {sum, negative ? -twos : twos};
}

uint32_t Exp(uint32_t bits) {
  const uint32_t magnitude = bits & ~kFloatSign;
  const bool negative = bits != magnitude;
  if (magnitude >= kCoarseLimit) {
    return negative ? 0 : kFloatInfinity;
  }
  const Power power = ExpOf(magnitude, negative);
  return FloatFrom(power.fine, power.exponent - kFine);
}

// 1 - e^-y, fine, of 2^-25 to 128; y (1 - y / 2 (1 - y / 3 (..))) where the difference would lose
// bits.
uint64_t BelowOne(uint32_t magnitude) {
  if (magnitude >= kHalf) {
    const Power power = ExpOf(magnitude, true);
    return kOne - (power.exponent > -kFine ? power.fine >> -power.exponent : 0);
  }
  const uint64_t y = FixedPoint(magnitude, kFine);
  uint64_t sum = kOne;
  for (uint32_t n = 18; n != 1; --n) {
    sum = kOne - Over(Product(y, sum), n);
  }
  return Product(y, sum);
}

// Of a negative number.
uint32_t Expm1(uint32_t magnitude) {
  if (magnitude >= kCoarseLimit) {
    return kFloatSign | kFloatOne;
  }
  if (magnitude < kExpm1IsArgument) {
    return kFloatSign | magnitude;
  }
  return kFloatSign | FloatFrom(BelowOne(magnitude), -kFine);
}

// Fine; numerator < denominator < 2^63.
uint64_t Ratio(uint64_t numerator, uint64_t denominator) {
  uint64_t ratio = 0;
  for (int32_t i = 0; i < kFine; ++i) {
    numerator <<= 1;
    const bool fits = numerator >= denominator;
    numerator -= fits ? denominator : 0;
    ratio = ratio << 1 | (fits ? 1 : 0);
  }
  return ratio;
}

// (1 - e^-2y) / (1 + e^-2y)
uint32_t Tanh(uint32_t bits) {
  const uint32_t magnitude = bits & ~kFloatSign;
  constexpr uint32_t kDouble = UINT32_C(1) << 23;  // in the exponent
  if (magnitude < kTanhIsArgument) {
    return bits;
  }
  if (magnitude + kDouble >= kCoarseLimit) {
    return (bits & kFloatSign) | kFloatOne;
  }
  const uint64_t below_one = BelowOne(magnitude + kDouble);
  return (bits & kFloatSign) | FloatFrom(Ratio(below_one, 2 * kOne - below_one), -kFine);
}

uint32_t Logistic(uint32_t bits) {
  constexpr int32_t kMinusNine = -INT32_C(0x41100000);  // in the order of the numbers
  if (RankOfFloat(bits) < kMinusNine) {
    return Exp(bits);
  }
  return DivideFloats(kFloatOne, AddFloats(kFloatOne, Exp(bits ^ kFloatSign)));
}

// ln(2^k m) is k ln 2 + 2 artanh((m - 1) / (m + 1)), m within the root of 2 and its inverse.
uint32_t Log(uint32_t bits) {
  const uint32_t magnitude = bits & ~kFloatSign;
  if (magnitude == 0) {
    return kFloatSign | kFloatInfinity;
  }
  if (bits != magnitude || magnitude == kFloatInfinity) {
    return bits != magnitude ? kFloatNan : bits;
  }
  constexpr uint32_t kRootOfTwo = 11863283;  // with 23 bits after the point
  const FloatParts parts = NormalizedFloat(bits);
  const bool below_one = parts.magnitude > kRootOfTwo;
  const uint32_t one = UINT32_C(1) << (below_one ? 24 : 23);
  const int32_t twos = parts.exponent + (below_one ? 24 : 23);
  const uint64_t s =
      Ratio(below_one ? one - parts.magnitude : parts.magnitude - one, one + parts.magnitude);
  const uint64_t square = Product(s, s);
  uint64_t sum = 0;
  for (uint32_t n = 23; n != UINT32_MAX; n -= 2) {
    sum = Over(kOne, n) + Product(square, sum);
  }
  const uint64_t of_m = 2 * Product(s, sum);
  if (twos == 0) {
    return (below_one ? kFloatSign : 0) | FloatFrom(of_m, -kFine);
  }
  const auto part = static_cast<int64_t>(of_m >> (kFine - kCoarse));
  const int64_t total = twos * static_cast<int64_t>(kLnOfTwo) + (below_one ? -part : part);
  return (total < 0 ? kFloatSign : 0) |
         FloatFrom(static_cast<uint64_t>(total < 0 ? -total : total), -kCoarse);
}

// 32 bits of 2 / pi after the point, from bit `first` on; those before the point are 0.
uint32_t BitsOfTwoOverPi(int32_t first) {
  constexpr uint32_t kWords[] = {0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0,
                                 0xdb629599, 0x3c439041, 0xfe5163ab};
  constexpr int32_t kCount = sizeof(kWords) / sizeof(kWords[0]);
  const int32_t at = first >> 5;
  const uint64_t high = at >= 0 && at < kCount ? kWords[at] : 0;
  const uint64_t low = at >= -1 && at < kCount - 1 ? kWords[at + 1] : 0;
  return static_cast<uint32_t>((high << 32 | low) >> (32 - (first & 31)));
}

// A finite magnitude in quarter turns, modulo 4, fine: x * 2 / pi, of which the bits that make
// whole turns are left out (Payne and Hanek, "Radian reduction for trigonometric functions", 1983).
uint64_t QuarterTurns(uint32_t magnitude) {
  const FloatParts parts = PartsOfFloat(magnitude);
  const int32_t first = parts.exponent - 2;
  const uint64_t m = parts.magnitude;
  const uint64_t low = m * BitsOfTwoOverPi(first + 64);
  const uint64_t middle = m * BitsOfTwoOverPi(first + 32) + (low >> 32);
  const uint64_t high = m * BitsOfTwoOverPi(first) + (middle >> 32);
  return high << 32 | static_cast<uint32_t>(middle);
}

uint32_t SineOrCosine(uint32_t bits, bool cosine) {
  const uint32_t magnitude = bits & ~kFloatSign;
  if (magnitude == kFloatInfinity) {
    return kFloatNan;
  }
  if (magnitude < kSineIsArgument) {
    return cosine ? kFloatOne : bits;
  }
  const uint64_t turns = QuarterTurns(magnitude);
  const uint32_t quarter = static_cast<uint32_t>(turns >> kFine) + (cosine ? 1 : 0);
  uint64_t angle = turns & (kOne - 1);
  bool by_cosine = (quarter & 1) != 0;
  if (angle > kOne / 2) {  // from the quarter's other end
    angle = kOne - angle;
    by_cosine = !by_cosine;
  }
  const uint64_t r = Product(angle, kHalfPi);
  const uint64_t square = Product(r, r);
  uint64_t sum = kOne;
  for (uint32_t n = by_cosine ? 18 : 19; n > 1; n -= 2) {
    sum = kOne - Over(Product(square, sum), n * (n - 1));
  }
  const uint32_t sign = (cosine ? 0 : bits & kFloatSign) ^ ((quarter & 2) != 0 ? kFloatSign : 0);
  return sign | FloatFrom(by_cosine ? sum : Product(r, sum), -kFine);
}

}  // namespace

uint32_t CurveOfFloat(FloatCurve curve, uint32_t bits) {
  if (IsNan(bits)) {
    return bits | kFloatQuiet;
  }
  switch (curve) {
    case FloatCurve::kExp:
      return Exp(bits);
    case FloatCurve::kLog:
      return Log(bits);
    case FloatCurve::kLogistic:
      return Logistic(bits);
    case FloatCurve::kTanh:
      return Tanh(bits);
    case FloatCurve::kElu:
      return bits & kFloatSign ? Expm1(bits & ~kFloatSign) : bits;
    default:
      return SineOrCosine(bits, curve == FloatCurve::kCos);
  }
}

void FloatCurves(FloatCurve curve, uint32_t count, const uint32_t* input, uint32_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    output[i] = CurveOfFloat(curve, input[i]);
  }
}

}  // namespace nn
