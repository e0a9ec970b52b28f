// What MAX_POOL_2D and AVERAGE_POOL_2D share.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_POOL_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_POOL_COMMON_H_

#include "tensorflow/lite/micro/op.h"

namespace tflm {

// Validates the op and keeps its nn::ConvParams as the op's parameters.
TfLiteStatus PreparePool(OpContext& context);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_POOL_COMMON_H_
