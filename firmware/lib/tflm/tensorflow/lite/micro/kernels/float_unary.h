// Functions of float32 elements; which one tells the op's code.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_UNARY_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_UNARY_H_

#include "tensorflow/lite/micro/op.h"

namespace tflm {

TfLiteStatus PrepareFloatUnary(OpContext& context);
void EvalFloatUnary(OpContext& context);

// Those that are no algebra: EXP, LOG, SIN, COS, ELU, LOGISTIC, TANH.
TfLiteStatus PrepareFloatCurve(OpContext& context);
void EvalFloatCurve(OpContext& context);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_UNARY_H_
