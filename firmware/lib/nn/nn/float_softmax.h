// SOFTMAX and LOG_SOFTMAX of float32 along the last axis, by its bits.

#ifndef MCUFORGE_NN_FLOAT_SOFTMAX_H_
#define MCUFORGE_NN_FLOAT_SOFTMAX_H_

#include <cstdint>

namespace nn {

// beta: bits of a float32.
struct FloatSoftmaxParams {
  uint32_t rows, depth, beta;
};

//   input, output [rows, depth]  bits of float32; output may be the input's buffer
void FloatSoftmax(const FloatSoftmaxParams& params, const uint32_t* input, uint32_t* output);
void FloatLogSoftmax(uint32_t rows, uint32_t depth, const uint32_t* input, uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_SOFTMAX_H_
