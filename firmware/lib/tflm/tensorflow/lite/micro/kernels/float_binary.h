// What the ops of two float32 operands share: ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, PRELU and
// SQUARED_DIFFERENCE beside their other forms, FLOOR_DIV and FLOOR_MOD alone.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_BINARY_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_BINARY_H_

#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {

// In its place of f32.h. Which operation it is tells the op's code. kTfLiteError, with a message,
// for other operands.
TfLiteStatus PrepareF32(OpContext& context);
void EvalF32(OpContext& context);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_BINARY_H_
