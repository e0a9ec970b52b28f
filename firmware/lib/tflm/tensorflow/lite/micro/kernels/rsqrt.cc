#include "tensorflow/lite/micro/kernels/rsqrt.h"

#include "nn/inverse_sqrt.h"
#include "nn/rsqrt_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {

bool RsqrtFactor(const OpContext& context, nn::Scale in, nn::Scale out, nn::Requant* factor) {
  *factor = nn::InverseRootOfScales(nn::BitsFromScale(in), nn::BitsFromScale(out));
  if (factor->shift < 20 - 31 || !nn::IsFactor(*factor)) {
    context.Fail("needs scales of which the factor is 2^-12 to 2^30");
    return false;
  }
  return true;
}

namespace {

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  if (!ReadUnary(context, &operands)) {
    return kTfLiteError;
  }
  nn::RsqrtParams* const params = context.NewParams<nn::RsqrtParams>();
  if (!params || !RsqrtFactor(context, operands.in.scale, operands.out.scale, &params->requant)) {
    return kTfLiteError;
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

const OpDef int8_ops::kRsqrt = {tflite::BuiltinOperator_RSQRT, "RSQRT", Prepare, Eval};

}  // namespace tflm
