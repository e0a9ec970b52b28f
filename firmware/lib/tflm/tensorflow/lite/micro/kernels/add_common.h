// ADD and SUB differ in one sign.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_ADD_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_ADD_COMMON_H_

#include "nn/add_s8.h"
#include "tensorflow/lite/micro/kernels/arithmetic_s32.h"

namespace tflm {

using AddData = BinaryData<nn::AddParams>;

// `s32_activation`: the fused activation where the operands are int32.
TfLiteStatus PrepareAddOrSub(OpContext& context, nn::Activation s32_activation);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_ADD_COMMON_H_
