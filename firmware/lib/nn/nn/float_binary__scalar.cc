// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"
#include "nn/float_binary.h"
#include "nn/float_bits.h"

namespace nn {
namespace {

uint32_t Subtract(uint32_t a, uint32_t b) {
  return IsNan(b) ? AddFloats(a, b) : AddFloats(a, b ^ kFloatSign);
}

uint32_t Apply(FloatOperation operation, uint32_t a, uint32_t b) {
  switch (operation) {
    case FloatOperation::kMaximum:
      return IsAboveFloat(a, b) ? a : b;
    case FloatOperation::kMinimum:
      return IsAboveFloat(b, a) ? a : b;
    case FloatOperation::kAdd:
      return AddFloats(a, b);
    case FloatOperation::kSub:
      return Subtract(a, b);
    case FloatOperation::kMul:
      return MultiplyFloats(a, b);
    case FloatOperation::kSquaredDifference:
      return MultiplyFloats(Subtract(a, b), Subtract(a, b));
    case FloatOperation::kPrelu:
      return IsAboveFloat(0, a) ? MultiplyFloats(a, b) : a;
    case FloatOperation::kFloorMod:
      return FloorModFloats(a, b);
    case FloatOperation::kFloorDiv:
      return FloorDivideFloats(a, b);
    default:
      return DivideFloats(a, b);
  }
}

}  // namespace

void FloatBinary(const FloatBinaryParams& p, const Broadcast& shape, const uint32_t* input0,
                 const uint32_t* input1, uint32_t* output) {
  ForEachRun(shape, [&](uint32_t offset0, uint32_t offset1, uint32_t first, uint32_t count,
                        uint32_t step0, uint32_t step1) {
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t result =
          Apply(p.operation, input0[offset0 + i * step0], input1[offset1 + i * step1]);
      output[first + i] = ClampFloat(result, p.low, p.high);
    }
  });
}

}  // namespace nn
