// SOFTMAX, int8 in, int8 or int16 out, along the last axis.

#ifndef MCUFORGE_NN_SOFTMAX_S8_H_
#define MCUFORGE_NN_SOFTMAX_S8_H_

#include "nn/scale.h"

namespace nn {

struct SoftmaxParams {
  uint32_t rows;
  uint32_t depth;
  Requant input;      // beta * input scale as Q5.26; shift >= 0
  int32_t diff_min;   // differences to the row's maximum below this count as exp() == 0
  uint32_t out_bits;  // 8 or 16
};

constexpr uint32_t kMostSoftmaxDepth = 4095;  // the sum of exponentials, each at most 1, is Q12.19

// beta * scale * 2^26 as a multiplier, at most 2^31 - 1; neither is 0. A shift of 0 or less: the
// product is so small that the exponential's argument has no integer bits left.
inline void SetSoftmaxScale(const Scale& input, const Scale& beta, Requant* scale) {
  *scale = RequantFromScales(input, beta, MakeScale(1, -26));
  if (scale->shift > 31) {
    *scale = Requant{INT32_MAX, 31};
  }
}

// Below this the argument would leave Q5.26: floor(31 * 2^26 / 2^shift).
inline int32_t SoftmaxDiffMin(Requant scale) {
  constexpr int32_t kIntegerBits = 5;
  return -static_cast<int32_t>(((UINT32_C(1) << kIntegerBits) - 1) << (31 - kIntegerBits) >>
                               scale.shift);
}

//   input, output [rows, depth]; output has the scale 2^-out_bits and the least zero point; of 8
//   bits, it may be the input's buffer
void SoftmaxS8(const SoftmaxParams& params, const int8_t* input, void* output);

}  // namespace nn

#endif  // MCUFORGE_NN_SOFTMAX_S8_H_
