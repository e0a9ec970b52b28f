#include "tensorflow/lite/micro/kernels/reduce_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  Reduction reduction;
  nn::ReduceParams* const params = PrepareReduce(context, &reduction);
  if (!params) {
    return kTfLiteError;
  }
  nn::Requant factor;
  if (!FactorOf(context, reduction.in.scale, reduction.out.scale, &factor)) {
    return kTfLiteError;
  }
  params->requant = nn::RequantForMean(factor, reduction.count);
  return kTfLiteOk;
}

}  // namespace

const OpDef int8_ops::kMean = {tflite::BuiltinOperator_MEAN, "MEAN", Prepare, EvalSum};

}  // namespace tflm
