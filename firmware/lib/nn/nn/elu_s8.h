// ELU, int8: each step to a float32, through the curve, and to the output's steps, as upstream
// fills its table.

#ifndef MCUFORGE_NN_ELU_S8_H_
#define MCUFORGE_NN_ELU_S8_H_

#include <cstdint>

namespace nn {

struct EluParams {
  uint32_t in_scale, out_steps;  // bits of float32; output steps in one, below 2^22 of in_scale
  int8_t in_zero_point, out_zero_point;
};

// output may be the input's buffer.
void EluS8(const EluParams& params, uint32_t count, const int8_t* input, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_ELU_S8_H_
