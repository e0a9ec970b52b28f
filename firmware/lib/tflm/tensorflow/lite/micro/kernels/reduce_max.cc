#include "tensorflow/lite/micro/kernels/reduce_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  Reduction reduction;
  if (!PrepareReduce(context, &reduction)) {
    return kTfLiteError;
  }
  if (!nn::IsEqual(reduction.in.scale, reduction.out.scale) ||
      reduction.in.zero_point != reduction.out.zero_point) {
    return context.Fail("needs an output with the input's scale and zero point");
  }
  return kTfLiteOk;
}

void EvalMax(OpContext& context) {
  nn::MaxS8(context.Params<nn::ReduceParams>(), context.InputData(0), context.OutputData(0));
}

void EvalMin(OpContext& context) {
  nn::MinS8(context.Params<nn::ReduceParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kReduceMax = {tflite::BuiltinOperator_REDUCE_MAX, "REDUCE_MAX", Prepare,
                                    EvalMax};
const OpDef int8_ops::kReduceMin = {tflite::BuiltinOperator_REDUCE_MIN, "REDUCE_MIN", Prepare,
                                    EvalMin};

}  // namespace tflm
