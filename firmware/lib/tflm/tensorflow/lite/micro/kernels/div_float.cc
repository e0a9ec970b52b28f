#include "tensorflow/lite/micro/kernels/float_binary.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  return IsF32(context) ? PrepareF32(context) : int8_ops::kDiv.prepare(context);
}

void Eval(OpContext& context) {
  if (IsF32(context)) {
    EvalF32(context);
  } else {
    int8_ops::kDiv.eval(context);
  }
}

}  // namespace

const OpDef ops::kDiv = {tflite::BuiltinOperator_DIV, "DIV", Prepare, Eval};

}  // namespace tflm
