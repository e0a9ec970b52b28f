// CUMSUM, int8, along one axis. As in upstream, each sum has what an int8 of 0 stands for in it.

#ifndef MCUFORGE_NN_CUMSUM_S8_H_
#define MCUFORGE_NN_CUMSUM_S8_H_

#include "nn/cumsum_walk.h"
#include "nn/requantize.h"

namespace nn {

// A value less its zero point is shifted left so far, then halved: upstream's sums.
constexpr int32_t kSumLeftShift = 20;

struct CumsumParams {
  CumsumShape shape;
  Requant requant;  // 2^-19 of input scale / output scale
  int8_t in_zero_point, out_zero_point;
};

// output may be the input's buffer.
void CumsumS8(const CumsumParams& params, const int8_t* input, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_CUMSUM_S8_H_
