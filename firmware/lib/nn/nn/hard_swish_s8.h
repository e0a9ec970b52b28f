// HARD_SWISH, int8: x * clamp(x + 3, 0, 6) / 6 in 16-bit fixed point, as TFLM computes it.

#ifndef MCUFORGE_NN_HARD_SWISH_S8_H_
#define MCUFORGE_NN_HARD_SWISH_S8_H_

#include "nn/requantize.h"

namespace nn {

// Factors are multiplier * 2^(shift - 15), multiplier 0 or in [2^14, 2^15).
struct HardSwishParams {
  int16_t out_multiplier;   // from 1/128 of an input step to an output step
  int16_t gate_multiplier;  // from 1/128 of an input step to 3 / 32768
  int8_t out_shift;         // [-31, 0]
  int8_t gate_shift;        // [-31, 31]
  int8_t in_zero_point, out_zero_point;
};

// The 16-bit multiplier of a factor whose 32-bit one is given.
int16_t HalveMultiplier(int32_t multiplier);

// output may be the input's buffer.
void HardSwishS8(const HardSwishParams& params, uint32_t count, const int8_t* input,
                 int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_HARD_SWISH_S8_H_
