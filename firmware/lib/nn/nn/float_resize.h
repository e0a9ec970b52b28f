// RESIZE_BILINEAR of float32, by its bits.

#ifndef MCUFORGE_NN_FLOAT_RESIZE_H_
#define MCUFORGE_NN_FLOAT_RESIZE_H_

#include "nn/resize_s8.h"

namespace nn {

//   input [batches, axis[0].in, axis[1].in, channels]  bits of float32
//   output [batches, axis[0].out, axis[1].out, channels], not overlapping input
void FloatResizeBilinear(const ResizeParams& params, const uint32_t* input, uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_RESIZE_H_
