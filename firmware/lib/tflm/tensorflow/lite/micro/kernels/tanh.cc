#include "tensorflow/lite/micro/kernels/sigmoid_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  return ReadUnary(context, &operands) ? PrepareSigmoid(context, operands) : kTfLiteError;
}

void Eval(OpContext& context) { RunUnary(context, context.Params<SigmoidData>(), nn::TanhS8); }

}  // namespace

const OpDef int8_ops::kTanh = {tflite::BuiltinOperator_TANH, "TANH", Prepare, Eval};

}  // namespace tflm
