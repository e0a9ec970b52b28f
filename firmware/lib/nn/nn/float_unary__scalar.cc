// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "nn/float_unary.h"

namespace nn {
namespace {

// To an integer: down, up or to the nearest with halves to even.
uint32_t Integral(FloatFunction function, uint32_t bits) {
  const uint32_t sign = bits & kFloatSign;
  const uint32_t magnitude = bits & ~kFloatSign;
  const FloatParts parts = PartsOfFloat(magnitude);
  if (parts.exponent >= 0 || magnitude == 0) {  // it is one, or infinite, or NaN
    return bits;
  }
  const int32_t dropped = -parts.exponent;
  const uint32_t whole = dropped < 32 ? parts.magnitude >> dropped : 0;
  bool up = false;  // away from zero
  if (function == FloatFunction::kRound) {
    const uint32_t twice = dropped < 32 ? parts.magnitude >> (dropped - 1) : 0;
    const bool is_tie = dropped < 32 && twice << (dropped - 1) == parts.magnitude;
    up = (twice & 1) != 0 && (!is_tie || (whole & 1) != 0);
  } else {
    const bool has_rest = dropped >= 32 || whole << dropped != parts.magnitude;
    up = has_rest && (sign != 0) == (function == FloatFunction::kFloor);
  }
  const uint32_t result = FloatFrom(whole + (up ? 1 : 0), 0);
  // Upstream rounds to a zero without a sign.
  return result == 0 && function == FloatFunction::kRound ? 0 : sign | result;
}

uint32_t Square(uint32_t magnitude) {
  if (magnitude >= kFloatInfinity) {
    return magnitude;
  }
  const FloatParts parts = PartsOfFloat(magnitude);
  return FloatFrom(static_cast<uint64_t>(parts.magnitude) * parts.magnitude, 2 * parts.exponent);
}

uint32_t HardSwish(uint32_t bits) {
  const uint32_t gate = ClampFloat(AddFloats(bits, kFloatThree), 0, kFloatSix);
  return DivideFloats(MultiplyFloats(bits, gate), kFloatSix);
}

uint32_t Apply(FloatFunction function, uint32_t bits) {
  switch (function) {
    case FloatFunction::kNeg:
      return bits ^ kFloatSign;
    case FloatFunction::kSquare:
      return Square(bits & ~kFloatSign);
    case FloatFunction::kSqrt:
      return RootOfFloat(bits);
    case FloatFunction::kRelu:
      return ClampFloat(bits, 0, kFloatInfinity);
    case FloatFunction::kRelu6:
      return ClampFloat(bits, 0, kFloatSix);
    case FloatFunction::kHardSwish:
      return HardSwish(bits);
    case FloatFunction::kAbs:
      return bits & ~kFloatSign;
    case FloatFunction::kRsqrt:
      return DivideFloats(kFloatOne, RootOfFloat(bits));
    default:
      return Integral(function, bits);
  }
}

}  // namespace

void FloatUnary(FloatFunction function, uint32_t count, const uint32_t* input, uint32_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    output[i] = Apply(function, input[i]);
  }
}

void FloatLeakyRelu(uint32_t alpha, uint32_t count, const uint32_t* input, uint32_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    output[i] = IsAboveFloat(input[i], 0) ? input[i] : MultiplyFloats(input[i], alpha);
  }
}

}  // namespace nn
