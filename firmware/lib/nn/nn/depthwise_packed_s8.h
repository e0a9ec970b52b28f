// DEPTHWISE_CONV_2D by planes, int8, with channels made ready: for generated code on machines with
// DSP instructions.

#ifndef MCUFORGE_NN_DEPTHWISE_PACKED_S8_H_
#define MCUFORGE_NN_DEPTHWISE_PACKED_S8_H_

#include "nn/depthwise_plane_s8.h"
#include "nn/packed_weights_s8.h"

namespace nn {

// Scratch that DepthwisePackedS8 needs, bytes.
constexpr uint32_t DepthwisePackedS8ScratchBytes(const ConvParams& p) { return 72 + PlaneBytes(p); }

// DepthwiseConvS8 by planes (IsPlaneWindow), of a multiple of 4 channels that can all go the short
// way.
//   channels  [out_c, 2]: multiplier and BiasAndShift
//   filter    [1, 3, 3, out_c]
//   scratch   DepthwisePackedS8ScratchBytes, 4-byte aligned
void DepthwisePackedS8(const ConvParams& params, const int32_t* channels, const int8_t* filter,
                       const int8_t* input, int8_t* output, void* scratch);

// The same by strips of `rows` output rows (strips.h), as DepthwiseConvBlockStripsS8 goes.
void DepthwisePackedBlockStripsS8(const ConvParams& params, const int32_t* channels,
                                  const int8_t* filter, const int8_t* input, int8_t* output,
                                  void* scratch, int32_t rows);

}  // namespace nn

#endif  // MCUFORGE_NN_DEPTHWISE_PACKED_S8_H_
