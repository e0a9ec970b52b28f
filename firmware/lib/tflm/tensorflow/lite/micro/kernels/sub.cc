#include "tensorflow/lite/micro/kernels/add_common.h"

namespace tflm {
namespace {

// Upstream divides SUB's scales in float32, ADD's in double.
nn::Requant FloatRatio(nn::Scale a, nn::Scale c) {
  return nn::RequantFromScale(nn::DivideAsFloat(a, c));
}

TfLiteStatus Prepare(OpContext& context) { return PrepareAddOrSub(context, FloatRatio); }

void Eval(OpContext& context) {
  const AddData& data = context.Params<AddData>();
  nn::SubS8(data.params, data.shape, context.InputData(0), context.InputData(1),
            context.OutputData(0));
}

}  // namespace

const OpDef ops::kSub = {tflite::BuiltinOperator_SUB, "SUB", Prepare, Eval};

}  // namespace tflm
