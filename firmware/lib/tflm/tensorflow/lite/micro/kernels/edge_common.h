// QUANTIZE and DEQUANTIZE: tensors of any integer type, at the edges of an int8 model.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_EDGE_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_EDGE_COMMON_H_

#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

// A quantized integer type. uint8 is held as int8: its bits flipped by 0x80, its zero point 128
// lower.
struct EdgeType {
  uint32_t scale_bits;  // a float32
  int32_t zero_point;
  uint8_t bytes;  // 1, 2 or 4
  uint8_t flip;
};

// The op's only input and output, which must have as many elements. False, with a message, if not.
bool ReadEdge(OpContext& context, TensorInfo* input, TensorInfo* output);

// False, with a message, if `info` is no int8, uint8, int16 or int32 tensor with one scale and a
// zero point in its range.
bool ReadEdgeType(const OpContext& context, const TensorInfo& info, EdgeType* type);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_EDGE_COMMON_H_
