// Fixed-point exp, log and reciprocals as gemmlowp and TFLM define them (SOFTMAX, LOG_SOFTMAX,
// LOGISTIC and TANH are built on these). "Qm.n" is a signed 32-bit number with m integer and n
// fraction bits.

#ifndef MCUFORGE_NN_FIXED_POINT_H_
#define MCUFORGE_NN_FIXED_POINT_H_

#include <cstdint>

namespace nn {

// exp(x): x at most 0, with `integer_bits` 4 or 5 and the rest of 31 bits fraction; result in
// Q0.31.
int32_t ExpOfNegative(int32_t x, int32_t integer_bits);
inline int32_t ExpOfNegativeQ5(int32_t x) { return ExpOfNegative(x, 5); }

// 1 / ((1 + x) / 2) as Q2.29: x in Q0.31, in [0, 1]; result in [1, 2].
int32_t TwoOverOnePlusX(int32_t x);

// x * 2^bits, saturated; bits in [0, 30].
int32_t SaturatingShiftLeft(int32_t x, int32_t bits);

// 1 / (1 + x): x in Q0.31, in [0, 1]; result in Q0.31.
inline int32_t OneOverOnePlusX(int32_t x) { return SaturatingShiftLeft(TwoOverOnePlusX(x), 1); }

}  // namespace nn

#endif  // MCUFORGE_NN_FIXED_POINT_H_
