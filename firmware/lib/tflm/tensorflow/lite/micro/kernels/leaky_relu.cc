#include "nn/leaky_relu_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

using LeakyReluData = UnaryData<nn::LeakyReluParams>;

enum { kAlpha = 0 };  // field of LeakyReluOptions, float32

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  if (!ReadUnary(context, &operands)) {
    return kTfLiteError;
  }
  const uint32_t alpha = context.OptionU32(kAlpha, 0);
  const uint32_t magnitude = alpha & INT32_MAX;
  if (!nn::IsValidScale(magnitude)) {
    return context.Fail("needs a finite alpha");
  }
  LeakyReluData* const data = context.NewParams<LeakyReluData>();
  if (!data) {
    return kTfLiteError;
  }
  const nn::Scale in = operands.in.scale;
  const nn::Scale out = operands.out.scale;
  if (!FactorOf(context, in, out, &data->params.positive) ||
      !FactorOf(context, in, nn::ScaleFromBits(magnitude), out, &data->params.negative)) {
    return kTfLiteError;
  }
  data->count = operands.count;
  data->params.in_zero_point = operands.in.zero_point;
  data->params.out_zero_point = operands.out.zero_point;
  data->params.alpha_sign = alpha == magnitude ? 1 : -1;
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  RunUnary(context, context.Params<LeakyReluData>(), nn::LeakyReluS8);
}

}  // namespace

const OpDef int8_ops::kLeakyRelu = {tflite::BuiltinOperator_LEAKY_RELU, "LEAKY_RELU", Prepare,
                                    Eval};

}  // namespace tflm
