// Small rather than fast: it runs once a table.
#pragma GCC optimize("Os")

#include "nn/elu_s8.h"
#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "nn/float_curves.h"
#include "nn/requantize.h"

namespace nn {

void EluS8(const EluParams& p, uint32_t count, const int8_t* input, int8_t* output) {
  for (uint32_t i = 0; i < count; ++i) {
    const int32_t step = input[i] - p.in_zero_point;
    const uint32_t magnitude = FloatFrom(static_cast<uint64_t>(step < 0 ? -step : step), 0);
    const uint32_t x = MultiplyFloats(p.in_scale, (step < 0 ? kFloatSign : 0) | magnitude);
    const uint32_t y = MultiplyFloats(CurveOfFloat(FloatCurve::kElu, x), p.out_steps);
    output[i] = OutputS8(RoundedFloat(y), p.out_zero_point, INT8_MIN, INT8_MAX);
  }
}

}  // namespace nn
