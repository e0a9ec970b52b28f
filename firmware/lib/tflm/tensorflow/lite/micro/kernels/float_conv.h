// CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED of float32.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_CONV_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_CONV_H_

#include "tensorflow/lite/micro/op.h"

namespace tflm {

TfLiteStatus PrepareFloatConv(OpContext& context);
TfLiteStatus PrepareFloatDepthwiseConv(OpContext& context);
TfLiteStatus PrepareFloatFullyConnected(OpContext& context);
// Of all three.
void EvalFloatConv(OpContext& context);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_CONV_H_
