// Pools of float32.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_POOL_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_POOL_H_

#include "tensorflow/lite/micro/op.h"

namespace tflm {

// Which pool it is tells the op's code.
TfLiteStatus PrepareFloatPool(OpContext& context);
void EvalFloatPool(OpContext& context);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_POOL_H_
