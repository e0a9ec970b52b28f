// ARG_MAX and ARG_MIN, int8 or float32: which one the input tells.

#include "nn/float_arg_max.h"
#include "tensorflow/lite/micro/kernels/arg_max_common.h"
#include "tensorflow/lite/micro/kernels/f32.h"

namespace tflm {
namespace {

TfLiteStatus PrepareMax(OpContext& context) {
  return TakesF32(context) ? PrepareArgMax(context, nn::Extremum::kMaximum, kTfLiteFloat32)
                           : int8_ops::kArgMax.prepare(context);
}

TfLiteStatus PrepareMin(OpContext& context) {
  return TakesF32(context) ? PrepareArgMax(context, nn::Extremum::kMinimum, kTfLiteFloat32)
                           : int8_ops::kArgMin.prepare(context);
}

// Of both.
void Eval(OpContext& context) {
  if (!TakesF32(context)) {
    int8_ops::kArgMax.eval(context);
    return;
  }
  nn::FloatArgMax(context.Params<nn::ArgMaxParams>(), context.InputData<uint32_t>(0),
                  context.OutputData<int32_t>(0));
}

}  // namespace

const OpDef ops::kArgMax = {tflite::BuiltinOperator_ARG_MAX, "ARG_MAX", PrepareMax, Eval};
const OpDef ops::kArgMin = {tflite::BuiltinOperator_ARG_MIN, "ARG_MIN", PrepareMin, Eval};

}  // namespace tflm
