// QUANTIZE from float32 and DEQUANTIZE to float32, without floating-point arithmetic: cores without
// an FPU link no soft-float library, and all cores give the same bits.

#ifndef MCUFORGE_NN_FLOAT_EDGE_H_
#define MCUFORGE_NN_FLOAT_EDGE_H_

#include "nn/scale.h"

namespace nn {

struct FloatEdgeParams {
  uint32_t scale_bits;  // of the integers, a float32
  uint32_t count;
  int32_t zero_point;
  uint8_t bytes;  // of an integer element: 1 or 2
  uint8_t flip;   // 0x80 where they are uint8, with a zero point 128 lower; else 0
};

// round(x / scale) + zero point, halves away from zero, clamped to int8 or int16; NaN gives the
// zero point. (Upstream leaves what x / scale beyond int32 and NaN give to the machine.)
//   input   bits of float32    output   may be the input's buffer
void Quantize(const FloatEdgeParams& params, const uint32_t* input, void* output);

// (x - zero point) * scale, as the bits of a float32.
//   input   int8, uint8 or int16, as params say    output   not overlapping input
void Dequantize(const FloatEdgeParams& params, const void* input, uint32_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_FLOAT_EDGE_H_
