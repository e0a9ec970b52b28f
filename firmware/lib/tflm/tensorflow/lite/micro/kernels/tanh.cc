#include "tensorflow/lite/micro/kernels/sigmoid_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  return ReadUnary(context, &operands) ? PrepareSigmoid(context, operands) : kTfLiteError;
}

void Eval(OpContext& context) {
  nn::TanhS8(context.Params<nn::SigmoidParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef ops::kTanh = {tflite::BuiltinOperator_TANH, "TANH", Prepare, Eval};

}  // namespace tflm
