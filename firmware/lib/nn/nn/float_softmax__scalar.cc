// Small rather than fast.
#pragma GCC optimize("Os")

#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "nn/float_curves.h"
#include "nn/float_softmax.h"

namespace nn {

void FloatSoftmax(const FloatSoftmaxParams& params, const uint32_t* input, uint32_t* output) {
  for (uint32_t row = 0; row < params.rows; ++row) {
    uint32_t most = kFloatLowest;
    for (uint32_t i = 0; i < params.depth; ++i) {
      most = IsAboveFloat(input[i], most) ? input[i] : most;
    }
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

}  // namespace nn
