// QUANTIZE from int8 to int8: another scale and zero point.

#ifndef MCUFORGE_NN_REQUANTIZE_S8_H_
#define MCUFORGE_NN_REQUANTIZE_S8_H_

#include "nn/requantize.h"

namespace nn {

// output may be the input's buffer.
void RequantizeS8(Requant requant, int32_t in_zero_point, int32_t out_zero_point,
                  const int8_t* input, uint32_t count, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_REQUANTIZE_S8_H_
