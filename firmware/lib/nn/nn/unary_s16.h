// RELU, RELU6, ABS and LEAKY_RELU, int16 with zero point 0, element by element.

#ifndef MCUFORGE_NN_UNARY_S16_H_
#define MCUFORGE_NN_UNARY_S16_H_

#include "nn/requantize.h"

namespace nn {

struct RangeS16 {
  int16_t min, max;
};

struct LeakyReluS16Params {
  Requant positive, negative;
  int32_t alpha_sign;  // 1 or -1
};

// output may be the input's buffer.
void RequantizeS16(Requant requant, RangeS16 range, uint32_t count, const int16_t* input,
                   int16_t* output);
void ClampS16(RangeS16 range, uint32_t count, const int16_t* input, int16_t* output);
void AbsS16(Requant requant, uint32_t count, const int16_t* input, int16_t* output);
void LeakyReluS16(const LeakyReluS16Params& params, uint32_t count, const int16_t* input,
                  int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_UNARY_S16_H_
