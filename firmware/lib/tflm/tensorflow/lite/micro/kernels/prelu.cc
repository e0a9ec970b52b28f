#include "nn/prelu_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

using PreluData = BinaryData<nn::PreluParams>;

TfLiteStatus Prepare(OpContext& context) {
  BinaryOperands operands;
  if (!ReadBinary(context, &operands)) {
    return kTfLiteError;
  }
  PreluData* const data = NewBinaryData<nn::PreluParams>(context, operands.shape);
  if (!data) {
    return kTfLiteError;
  }
  const QuantizedS8& in = operands.in[0];
  const QuantizedS8& alpha = operands.in[1];
  const QuantizedS8& out = operands.out;
  nn::Requant positive;
  nn::Requant negative;
  if (!FactorOf(context, in.scale, out.scale, &positive) ||
      !FactorOf(context, in.scale, alpha.scale, out.scale, &negative)) {
    return kTfLiteError;
  }
  data->params =
      nn::PreluParams{positive, negative, in.zero_point, alpha.zero_point, out.zero_point};
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const PreluData& data = context.Params<PreluData>();
  nn::PreluS8(data.params, data.shape, context.InputData(0), context.InputData(1),
              context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kPrelu = {tflite::BuiltinOperator_PRELU, "PRELU", Prepare, Eval};

}  // namespace tflm
