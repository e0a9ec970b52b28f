#include "nn/arg_max_s8.h"
#include "tensorflow/lite/micro/kernels/arg_max_common.h"

namespace tflm {
namespace {

TfLiteStatus PrepareMax(OpContext& context) {
  return PrepareArgMax(context, nn::Extremum::kMaximum, kTfLiteInt8);
}
TfLiteStatus PrepareMin(OpContext& context) {
  return PrepareArgMax(context, nn::Extremum::kMinimum, kTfLiteInt8);
}

void Eval(OpContext& context) {
  nn::ArgMaxS8(context.Params<nn::ArgMaxParams>(), context.InputData(0),
               context.OutputData<int32_t>(0));
}

}  // namespace

const OpDef int8_ops::kArgMax = {tflite::BuiltinOperator_ARG_MAX, "ARG_MAX", PrepareMax, Eval};
const OpDef int8_ops::kArgMin = {tflite::BuiltinOperator_ARG_MIN, "ARG_MIN", PrepareMin, Eval};

}  // namespace tflm
