// What ADD, SUB and MUL share where their operands are int32.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_ARITHMETIC_S32_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_ARITHMETIC_S32_H_

#include "nn/arithmetic_s32.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {

// What is left to prepare once ReadBinary found int32.
TfLiteStatus PrepareS32(OpContext& context, const nn::Broadcast& shape, nn::Activation activation);

// False if PrepareS32 did not prepare the op.
bool EvalS32(OpContext& context, nn::Arithmetic op);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_ARITHMETIC_S32_H_
