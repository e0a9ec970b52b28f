// The inner product of 16x8: int16 inputs, int8 weights.

#ifndef MCUFORGE_NN_DOT_S16_H_
#define MCUFORGE_NN_DOT_S16_H_

#include <cstdint>

namespace nn {

// The sum over k of x[k] * weights[k], k in [0, n).
int64_t DotS16(const int16_t* x, const int8_t* weights, uint32_t n);

// Products whose sum an int32 holds for certain, in whole fours.
constexpr uint32_t kDotS16Run = 508;

}  // namespace nn

#endif  // MCUFORGE_NN_DOT_S16_H_
