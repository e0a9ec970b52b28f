#include "tensorflow/lite/micro/kernels/add_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  // Upstream leaves the activation out where the operands are int32, and only here.
  return PrepareAddOrSub(context, nn::Activation::kNone);
}

void Eval(OpContext& context) {
  if (EvalS32(context, nn::Arithmetic::kAdd)) {
    return;
  }
  const AddData& data = context.Params<AddData>();
  nn::AddS8(data.params, data.shape, context.InputData(0), context.InputData(1),
            context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kAdd = {tflite::BuiltinOperator_ADD, "ADD", Prepare, Eval};

}  // namespace tflm
