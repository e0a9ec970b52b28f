// RELU6 without a change of scale, int8.

#ifndef MCUFORGE_NN_CLAMP_S8_H_
#define MCUFORGE_NN_CLAMP_S8_H_

#include <cstdint>

namespace nn {

struct ClampParams {
  int8_t min, max;
};

// output may be the input's buffer. min wins where min > max.
void ClampS8(const ClampParams& params, uint32_t count, const int8_t* input, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_CLAMP_S8_H_
