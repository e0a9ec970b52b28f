// L2_NORMALIZATION, int8: each row divided by its length. The output's scale is 1/128, its zero
// point 0.

#ifndef MCUFORGE_NN_L2_NORMALIZE_S8_H_
#define MCUFORGE_NN_L2_NORMALIZE_S8_H_

#include <cstdint>

namespace nn {

struct L2NormalizeParams {
  uint32_t rows, depth;
  int8_t in_zero_point;
};

constexpr uint32_t kMostL2Depth = 33025;  // the sum of squares, each at most 255^2, is an int32

// input, output [rows, depth]; output may be the input's buffer.
void L2NormalizeS8(const L2NormalizeParams& params, const int8_t* input, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_L2_NORMALIZE_S8_H_
