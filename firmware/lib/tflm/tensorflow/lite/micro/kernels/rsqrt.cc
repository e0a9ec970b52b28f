#include "nn/float_bits.h"
#include "nn/rsqrt_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  if (!ReadUnary(context, &operands)) {
    return kTfLiteError;
  }
  const uint32_t root = nn::SqrtOfFloat(nn::BitsFromScale(operands.in.scale));
  const nn::Scale step = nn::MultiplyAsFloat(nn::ScaleFromBits(root), operands.out.scale);
  nn::RsqrtParams* const params = context.NewParams<nn::RsqrtParams>();
  if (!params || !FactorOf(context, nn::MakeScale(1, 0), step, &params->requant)) {
    return kTfLiteError;
  }
  if (params->requant.shift < 20 - 31) {
    return context.Fail("needs scales of which the factor is at least 2^-12");
  }
  params->count = operands.count;
  params->in_zero_point = operands.in.zero_point;
  params->out_zero_point = operands.out.zero_point;
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  if (!nn::RsqrtS8(context.Params<nn::RsqrtParams>(), context.InputData(0),
                   context.OutputData(0))) {
    context.FailEval("has a negative input");
  }
}

}  // namespace

const OpDef ops::kRsqrt = {tflite::BuiltinOperator_RSQRT, "RSQRT", Prepare, Eval};

}  // namespace tflm
