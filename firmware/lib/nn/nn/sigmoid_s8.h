// LOGISTIC and TANH, int8.

#ifndef MCUFORGE_NN_SIGMOID_S8_H_
#define MCUFORGE_NN_SIGMOID_S8_H_

#include "nn/requantize.h"

namespace nn {

struct SigmoidParams {
  Requant input;   // from an input step to Q4.27
  int32_t radius;  // inputs this far from the zero point or farther give the limits
  int8_t in_zero_point;
};

// Output scale 1/256 and zero point -128. output may be the input's buffer.
void LogisticS8(const SigmoidParams& params, uint32_t count, const int8_t* input, int8_t* output);
// Output scale 1/128 and zero point 0. output may be the input's buffer.
void TanhS8(const SigmoidParams& params, uint32_t count, const int8_t* input, int8_t* output);

// Maps every element by curve(distance from the zero point in Q4.27) -> output, to be clamped.
template <typename Curve>
inline void MapSigmoid(const SigmoidParams& p, uint32_t count, const int8_t* input, int8_t* output,
                       Curve curve) {
  for (uint32_t i = 0; i < count; ++i) {
    const int32_t x = input[i] - p.in_zero_point;
    int32_t y = INT8_MAX;
    if (x <= -p.radius) {
      y = INT8_MIN;
    } else if (x < p.radius) {
      y = Clamp(curve(ApplyRequant(x, p.input)), INT8_MIN, INT8_MAX);
    }
    output[i] = static_cast<int8_t>(y);
  }
}

}  // namespace nn

#endif  // MCUFORGE_NN_SIGMOID_S8_H_
