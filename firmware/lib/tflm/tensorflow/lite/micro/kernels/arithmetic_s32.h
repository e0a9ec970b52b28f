// What ADD, SUB and MUL share where their operands are int32.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_ARITHMETIC_S32_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_ARITHMETIC_S32_H_

#include "nn/arithmetic_s32.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {

// Whether the op is one of int32: its first input is.
bool IsS32(const OpContext& context);

TfLiteStatus PrepareS32(OpContext& context, nn::Activation activation);

// False if PrepareS32 did not prepare the op.
bool EvalS32(OpContext& context, nn::Arithmetic op);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_ARITHMETIC_S32_H_
