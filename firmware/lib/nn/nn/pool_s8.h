// MAX_POOL_2D and AVERAGE_POOL_2D, int8.

#ifndef MCUFORGE_NN_POOL_S8_H_
#define MCUFORGE_NN_POOL_S8_H_

#include "nn/conv_params.h"

namespace nn {

// Both read a ConvParams with dilation 1 and in_c == out_c; its zero points are not used.
//   input   [batches, in_h, in_w, in_c]
//   output  [batches, out_h, out_w, in_c], not overlapping input
// Every window must meet the input. Averages round to nearest, halves away from zero.
void MaxPoolS8(const ConvParams& params, const int8_t* input, int8_t* output);
void AveragePoolS8(const ConvParams& params, const int8_t* input, int8_t* output);

// The same by strips of `rows` output rows (strips.h).
void MaxPoolStripsS8(const ConvParams& params, const int8_t* input, int8_t* output, int32_t rows);
void AveragePoolStripsS8(const ConvParams& params, const int8_t* input, int8_t* output,
                         int32_t rows);

}  // namespace nn

#endif  // MCUFORGE_NN_POOL_S8_H_
