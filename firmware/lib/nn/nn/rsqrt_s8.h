// RSQRT, int8, and int16 with zero point 0.

#ifndef MCUFORGE_NN_RSQRT_S8_H_
#define MCUFORGE_NN_RSQRT_S8_H_

#include "nn/requantize.h"

namespace nn {

struct RsqrtParams {
  uint32_t count;
  Requant requant;  // 1 / (sqrt(input scale) * output scale)
  int8_t in_zero_point, out_zero_point;
};

// The zero point gives the largest output. False, with the output filled up to there, at a value
// below it. output may be the input's buffer.
bool RsqrtS8(const RsqrtParams& params, const int8_t* input, int8_t* output);
// Likewise. requant: as of RsqrtParams.
bool RsqrtS16(Requant requant, uint32_t count, const int16_t* input, int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_RSQRT_S8_H_
