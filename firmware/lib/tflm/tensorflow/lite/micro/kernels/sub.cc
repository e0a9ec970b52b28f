#include "tensorflow/lite/micro/kernels/add_common.h"

namespace tflm {
namespace {

enum { kActivation = 0 };  // field of SubOptions

TfLiteStatus Prepare(OpContext& context) {
  return PrepareAddOrSub(context, static_cast<nn::Activation>(context.OptionU8(kActivation, 0)));
}

void Eval(OpContext& context) {
  if (EvalS32(context, nn::Arithmetic::kSub)) {
    return;
  }
  const AddData& data = context.Params<AddData>();
  nn::SubS8(data.params, data.shape, context.InputData(0), context.InputData(1),
            context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kSub = {tflite::BuiltinOperator_SUB, "SUB", Prepare, Eval};

}  // namespace tflm
