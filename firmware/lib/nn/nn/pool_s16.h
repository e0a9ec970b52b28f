// MAX_POOL_2D and AVERAGE_POOL_2D, int16.

#ifndef MCUFORGE_NN_POOL_S16_H_
#define MCUFORGE_NN_POOL_S16_H_

#include "nn/conv_s16.h"

namespace nn {

// Shapes as those of MaxPoolS8 and AveragePoolS8. Averages round to nearest, halves away from zero.
void MaxPoolS16(const ConvS16Params& params, const int16_t* input, int16_t* output);
void AveragePoolS16(const ConvS16Params& params, const int16_t* input, int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_POOL_S16_H_
