// LOGISTIC and TANH.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_SIGMOID_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_SIGMOID_COMMON_H_

#include "nn/sigmoid_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {

using SigmoidData = UnaryData<nn::SigmoidParams>;

// The op's operands must have been read and checked.
TfLiteStatus PrepareSigmoid(OpContext& context, const UnaryOperands& operands);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_SIGMOID_COMMON_H_
