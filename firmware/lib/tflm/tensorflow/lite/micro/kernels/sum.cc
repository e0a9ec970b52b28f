#include "tensorflow/lite/micro/kernels/reduce_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  Reduction reduction;
  nn::ReduceParams* const params = PrepareReduce(context, &reduction);
  if (!params) {
    return kTfLiteError;
  }
  return FactorOf(context, reduction.in.scale, reduction.out.scale, &params->requant)
             ? kTfLiteOk
             : kTfLiteError;
}

}  // namespace

const OpDef int8_ops::kSum = {tflite::BuiltinOperator_SUM, "SUM", Prepare, EvalSum};

}  // namespace tflm
