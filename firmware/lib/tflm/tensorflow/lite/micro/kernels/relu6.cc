#include "nn/clamp_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

using Relu6Data = UnaryData<nn::ClampParams>;

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  if (!ReadUnary(context, &operands)) {
    return kTfLiteError;
  }
  Relu6Data* const data = context.NewParams<Relu6Data>();
  if (!data) {
    return kTfLiteError;
  }
  // Upstream clamps in the input's quantization and takes the output's to be the same.
  if (nn::IsLess(operands.in.scale, nn::MakeScale(1, -28))) {
    return context.Fail("needs an input scale of at least 2^-28");  // 6 of it fit in an int32
  }
  const nn::ActivationRange range =
      nn::ActivationRangeS8(nn::Activation::kRelu6, operands.in.scale, operands.in.zero_point);
  data->count = operands.count;
  data->params = nn::ClampParams{static_cast<int8_t>(range.min), static_cast<int8_t>(range.max)};
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  // As cheap as a look-up: no table.
  const Relu6Data& data = context.Params<Relu6Data>();
  nn::ClampS8(data.params, data.count, context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kRelu6 = {tflite::BuiltinOperator_RELU6, "RELU6", Prepare, Eval};

}  // namespace tflm
