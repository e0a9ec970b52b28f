#include "nn/clamp_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  if (!ReadUnary(context, &operands)) {
    return kTfLiteError;
  }
  nn::ClampParams* const params = context.NewParams<nn::ClampParams>();
  if (!params) {
    return kTfLiteError;
  }
  // Upstream clamps in the input's quantization and takes the output's to be the same.
  const nn::ActivationRange range =
      nn::ActivationRangeS8(nn::Activation::kRelu6, operands.in.scale, operands.in.zero_point);
  *params = nn::ClampParams{operands.count, static_cast<int8_t>(range.min),
                            static_cast<int8_t>(range.max)};
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::ClampS8(context.Params<nn::ClampParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef ops::kRelu6 = {tflite::BuiltinOperator_RELU6, "RELU6", Prepare, Eval};

}  // namespace tflm
