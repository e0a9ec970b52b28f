// Fixed-point exp and reciprocal as gemmlowp defines them (TFLM's SOFTMAX, LOGISTIC and TANH are
// built on these). "Qm.n" is a signed 32-bit number with m integer and n fraction bits.

#ifndef MCUFORGE_NN_FIXED_POINT_H_
#define MCUFORGE_NN_FIXED_POINT_H_

#include <cstdint>

namespace nn {

// exp(x): x in Q5.26, at most 0; result in Q0.31.
int32_t ExpOfNegativeQ5(int32_t x);

// 1 / (1 + x): x in Q0.31, in [0, 1); result in Q0.31.
int32_t OneOverOnePlusX(int32_t x);

}  // namespace nn

#endif  // MCUFORGE_NN_FIXED_POINT_H_
