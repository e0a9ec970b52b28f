#include "tensorflow/lite/micro/kernels/sigmoid_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  if (!ReadUnary(context, &operands)) {
    return kTfLiteError;
  }
  if (operands.out.zero_point != INT8_MIN) {
    return context.Fail("needs an output zero point of -128");
  }
  return PrepareSigmoid(context, operands);
}

void Eval(OpContext& context) { RunUnary(context, context.Params<SigmoidData>(), nn::LogisticS8); }

}  // namespace

const OpDef int8_ops::kLogistic = {tflite::BuiltinOperator_LOGISTIC, "LOGISTIC", Prepare, Eval};

}  // namespace tflm
