// The logistic function and the hyperbolic tangent on int16, as upstream has them: straight lines
// between 256 points of one curve.

#ifndef MCUFORGE_NN_SIGMOID_S16_H_
#define MCUFORGE_NN_SIGMOID_S16_H_

#include <cstdint>

namespace nn {

// An input x stands for x * multiplier / 2^right / 12288: 3 and 0 are Q3.12.
struct SigmoidScaleS16 {
  int32_t multiplier;  // such that |x| * multiplier fits in an int32
  int32_t right;       // [0, 30]
};

// 1 / (1 + exp(-x)) in Q0.15.
int16_t LogisticS16(SigmoidScaleS16 scale, int16_t x);
// tanh(x) in Q0.15.
int16_t TanhS16(SigmoidScaleS16 scale, int16_t x);

// LOGISTIC and TANH, element by element. output may be the input's buffer.
void LogisticAllS16(SigmoidScaleS16 scale, uint32_t count, const int16_t* input, int16_t* output);
void TanhAllS16(SigmoidScaleS16 scale, uint32_t count, const int16_t* input, int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_SIGMOID_S16_H_
