#include "nn/leaky_relu_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

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
  nn::LeakyReluParams* const params = context.NewParams<nn::LeakyReluParams>();
  if (!params) {
    return kTfLiteError;
  }
  const nn::Scale in = operands.in.scale;
  const nn::Scale out = operands.out.scale;
  params->positive = nn::RequantFromRatio(in, out);
  params->negative = nn::RequantFromScales(in, nn::ScaleFromBits(magnitude), out);
  params->count = operands.count;
  params->in_zero_point = operands.in.zero_point;
  params->out_zero_point = operands.out.zero_point;
  params->alpha_sign = alpha == magnitude ? 1 : -1;
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::LeakyReluS8(context.Params<nn::LeakyReluParams>(), context.InputData(0),
                  context.OutputData(0));
}

}  // namespace

const OpDef ops::kLeakyRelu = {tflite::BuiltinOperator_LEAKY_RELU, "LEAKY_RELU", Prepare, Eval};

}  // namespace tflm
