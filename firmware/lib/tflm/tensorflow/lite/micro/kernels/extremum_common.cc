#include "tensorflow/lite/micro/kernels/extremum_common.h"

#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
TfLiteStatus PrepareExtremum(OpContext& context) {
  // Upstream compares the integers whatever their scales are; so does this.
  BinaryOperands operands;
  return ReadBinary(context, &operands) &&
                 NewBinaryData(context, operands.shape, sizeof(nn::Broadcast))
             ? kTfLiteOk
             : kTfLiteError;
}

void EvalExtremum(OpContext& context, nn::Extremum which) {
  nn::ExtremumS8(which, context.Params<nn::Broadcast>(), context.InputData(0), context.InputData(1),
                 context.OutputData(0));
}

}  // namespace tflm
