// What CUMSUM of all types shares.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_CUMSUM_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_CUMSUM_COMMON_H_

#include "tensorflow/lite/micro/op.h"

namespace tflm {

struct CumsumAxis {
  uint32_t outer, extent, inner;  // axes before, at and behind the one that is summed along
  bool exclusive, reverse;
};

// False, with a message, where input 1 is no axis of input 0 or the output has another shape.
bool ReadCumsumAxis(OpContext& context, const TensorInfo& input, const TensorInfo& output,
                    CumsumAxis* found);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_CUMSUM_COMMON_H_
