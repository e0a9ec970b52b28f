// What CUMSUM of all types shares.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_CUMSUM_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_CUMSUM_COMMON_H_

#include "nn/cumsum_walk.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {

// False, with a message, where input 1 is no axis of input 0 or the output has another shape.
bool ReadCumsumShape(OpContext& context, const TensorInfo& input, const TensorInfo& output,
                     nn::CumsumShape* shape);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_CUMSUM_COMMON_H_
