// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "nn/float_curves.h"
#include "nn/float_softmax.h"

namespace nn {
namespace {

uint32_t LargestOf(const uint32_t* row, uint32_t depth) {
  uint32_t most = kFloatLowest;
  for (uint32_t i = 0; i < depth; ++i) {
    most = IsAboveFloat(row[i], most) ? row[i] : most;
  }
  return most;
}

}  // namespace

void FloatSoftmax(const FloatSoftmaxParams& params, const uint32_t* input, uint32_t* output) {
  for (uint32_t row = 0; row < params.rows; ++row) {
    const uint32_t most = LargestOf(input, params.depth);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < params.depth; ++i) {
      const uint32_t below = AddFloats(input[i], most ^ kFloatSign);
      output[i] = CurveOfFloat(FloatCurve::kExp, MultiplyFloats(below, params.beta));
      sum = AddFloats(sum, output[i]);
    }
    for (uint32_t i = 0; i < params.depth; ++i) {
      output[i] = DivideFloats(output[i], sum);
    }
    input += params.depth;
    output += params.depth;
  }
}

void FloatLogSoftmax(uint32_t rows, uint32_t depth, const uint32_t* input, uint32_t* output) {
  for (uint32_t row = 0; row < rows; ++row) {
    const uint32_t less_most = LargestOf(input, depth) ^ kFloatSign;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < depth; ++i) {
      sum = AddFloats(sum, CurveOfFloat(FloatCurve::kExp, AddFloats(input[i], less_most)));
    }
    const uint32_t less_log = CurveOfFloat(FloatCurve::kLog, sum) ^ kFloatSign;
    for (uint32_t i = 0; i < depth; ++i) {
      output[i] = AddFloats(AddFloats(input[i], less_most), less_log);
    }
    input += depth;
    output += depth;
  }
}

}  // namespace nn
