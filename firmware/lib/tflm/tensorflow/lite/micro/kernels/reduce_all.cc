// REDUCE_ALL: of bools, a byte of 0 or 1 each, the minimum.

#include "tensorflow/lite/micro/kernels/reduce_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  if (input.type != kTfLiteBool || output.type != kTfLiteBool) {
    return context.Fail("needs a bool input and a bool output");
  }
  uint32_t reduced;
  nn::ReduceParams* const params = NewReduction(context, input, output, &reduced);
  if (!params) {
    return kTfLiteError;
  }
  params->in_zero_point = params->out_zero_point = 0;
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::MinS8(context.Params<nn::ReduceParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef ops::kReduceAll = {tflite::BuiltinOperator_REDUCE_ALL, "REDUCE_ALL", Prepare, Eval};

}  // namespace tflm
