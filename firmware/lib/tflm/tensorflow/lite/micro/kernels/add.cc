#include "tensorflow/lite/micro/kernels/add_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  if (IsS32(context)) {
    // Upstream leaves the activation out here, and only here.
    return PrepareS32(context, nn::Activation::kNone);
  }
  return PrepareAddOrSub(context);
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

const OpDef ops::kAdd = {tflite::BuiltinOperator_ADD, "ADD", Prepare, Eval};

}  // namespace tflm
