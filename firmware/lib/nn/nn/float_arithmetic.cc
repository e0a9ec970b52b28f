// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"

#include "nn/float_bits.h"

namespace nn {
namespace {

constexpr uint32_t kNoNumber = kFloatSign | kFloatNan;  // of 0 / 0, say

uint32_t Magnitude(uint32_t bits) { return bits & ~kFloatSign; }
bool IsInfinite(uint32_t bits) { return Magnitude(bits) == kFloatInfinity; }

uint32_t Add(uint32_t a, uint32_t b) {
  if (IsInfinite(a) || IsInfinite(b)) {
    return IsInfinite(a) && IsInfinite(b) && a != b ? kNoNumber : (IsInfinite(a) ? a : b);
  }
  FloatParts x = PartsOfFloat(a);
  FloatParts y = PartsOfFloat(b);
  const bool swapped = x.exponent < y.exponent;
  if (swapped) {
    const FloatParts lower = x;
    x = y;
    y = lower;
  }
  // Both by the lower exponent, as far as 64 bits reach; what is lower still only decides whether
  // the sum is exact.
  constexpr int32_t kReach = 38;
  const int32_t apart = x.exponent - y.exponent;
  const bool far = apart > kReach;
  const int32_t shift = far ? kReach : apart;
  const auto high = static_cast<int64_t>(static_cast<uint64_t>(x.magnitude) << shift);
  const int64_t low = far ? (y.magnitude != 0 ? 1 : 0) : static_cast<int64_t>(y.magnitude);
  const uint32_t high_sign = (swapped ? b : a) & kFloatSign;
  const uint32_t low_sign = (swapped ? a : b) & kFloatSign;
  const int64_t sum = (high_sign ? -high : high) + (low_sign ? -low : low);
  if (sum == 0) {
    return a & b & kFloatSign;  // -0 of two of them alone
  }
  const uint64_t size = static_cast<uint64_t>(sum < 0 ? -sum : sum);
  return (sum < 0 ? kFloatSign : 0) | FloatFrom(size, x.exponent - shift);
}

uint32_t Multiply(uint32_t a, uint32_t b) {
  const uint32_t sign = (a ^ b) & kFloatSign;
  if (IsInfinite(a) || IsInfinite(b)) {
    return Magnitude(a) == 0 || Magnitude(b) == 0 ? kNoNumber : sign | kFloatInfinity;
  }
  const FloatParts x = PartsOfFloat(a);
  const FloatParts y = PartsOfFloat(b);
  return sign |
         FloatFrom(static_cast<uint64_t>(x.magnitude) * y.magnitude, x.exponent + y.exponent);
}

// What a / b is where it is no quotient of two finite numbers other than 0. False where it is one.
bool IsSpecialQuotient(uint32_t a, uint32_t b, uint32_t* result) {
  const uint32_t sign = (a ^ b) & kFloatSign;
  if ((IsInfinite(a) && IsInfinite(b)) || (Magnitude(a) == 0 && Magnitude(b) == 0)) {
    *result = kNoNumber;
  } else if (IsInfinite(a) || Magnitude(b) == 0) {
    *result = sign | kFloatInfinity;
  } else {
    *result = sign;
    return IsInfinite(b) || Magnitude(a) == 0;
  }
  return true;
}

// The first bits of such a quotient of magnitudes; the last one says whether it has more.
struct Quotient {
  uint64_t bits;
  int32_t exponent;
};
Quotient QuotientOf(uint32_t a, uint32_t b, int32_t count) {
  const FloatParts x = NormalizedFloat(a);
  const FloatParts y = NormalizedFloat(b);
  uint64_t quotient = 0;
  uint32_t rest = x.magnitude;
  for (int32_t i = 0; i < count; ++i) {
    const bool fits = rest >= y.magnitude;
    quotient = quotient << 1 | (fits ? 1 : 0);
    rest = (fits ? rest - y.magnitude : rest) << 1;
  }
  return {quotient << 1 | (rest != 0 ? 1 : 0), x.exponent - y.exponent - count};
}

uint32_t Divide(uint32_t a, uint32_t b) {
  uint32_t result;
  if (!IsSpecialQuotient(a, b, &result)) {
    const Quotient quotient = QuotientOf(a, b, 27);
    result |= FloatFrom(quotient.bits, quotient.exponent);
  }
  return result;
}

// The quotient as a double has it, as upstream computes, then its floor as a float32.
uint32_t FloorDivide(uint32_t a, uint32_t b) {
  uint32_t result;
  if (IsSpecialQuotient(a, b, &result)) {
    return result;
  }
  const Quotient quotient = QuotientOf(a, b, 55);  // 55 bits or 56
  const int32_t dropped = quotient.bits >> 55 != 0 ? 3 : 2;
  uint64_t kept = quotient.bits >> dropped;
  const uint64_t rest = quotient.bits - (kept << dropped);
  const uint64_t half = UINT64_C(1) << (dropped - 1);
  kept += rest > half || (rest == half && (kept & 1) != 0) ? 1 : 0;
  const int32_t exponent = quotient.exponent + dropped;
  if (exponent >= 0) {
    return result | FloatFrom(kept, exponent);
  }
  uint64_t whole = exponent > -64 ? kept >> -exponent : 0;
  const bool has_rest = exponent <= -64 || whole << -exponent != kept;
  whole += has_rest && result != 0 ? 1 : 0;
  return result | FloatFrom(whole, 0);
}

// a less the multiple of b next to it towards zero: exact, with a's sign.
uint32_t Remainder(uint32_t a, uint32_t b) {
  if (IsInfinite(a) || Magnitude(b) == 0) {
    return kNoNumber;
  }
  if (Magnitude(a) < Magnitude(b)) {
    return a;
  }
  const FloatParts x = PartsOfFloat(a);
  const FloatParts y = PartsOfFloat(b);  // whose exponent is not above x's
  uint32_t rest = x.magnitude % y.magnitude;
  for (int32_t i = x.exponent; i > y.exponent; --i) {
    rest <<= 1;
    rest -= rest >= y.magnitude ? y.magnitude : 0;
  }
  return (a & kFloatSign) | FloatFrom(rest, y.exponent);
}

uint32_t FloorMod(uint32_t a, uint32_t b) {
  const uint32_t rest = Remainder(a, b);
  const bool differ = ((rest ^ b) & kFloatSign) != 0;
  return Magnitude(rest) != 0 && differ && !IsNan(rest) ? Add(rest, b) : rest;
}

using Operation = uint32_t (*)(uint32_t a, uint32_t b);

// What is no number stays what it is, only quiet; the first one does.
template <Operation kOperation>
uint32_t OfNumbers(uint32_t a, uint32_t b) {
  return IsNan(a) || IsNan(b) ? (IsNan(a) ? a : b) | kFloatQuiet : kOperation(a, b);
}

}  // namespace

uint32_t AddFloats(uint32_t a, uint32_t b) { return OfNumbers<Add>(a, b); }
uint32_t MultiplyFloats(uint32_t a, uint32_t b) { return OfNumbers<Multiply>(a, b); }
uint32_t DivideFloats(uint32_t a, uint32_t b) { return OfNumbers<Divide>(a, b); }
uint32_t FloorDivideFloats(uint32_t a, uint32_t b) { return OfNumbers<FloorDivide>(a, b); }
uint32_t FloorModFloats(uint32_t a, uint32_t b) { return OfNumbers<FloorMod>(a, b); }

}  // namespace nn
