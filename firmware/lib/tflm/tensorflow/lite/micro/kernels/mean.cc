#include "tensorflow/lite/micro/kernels/reduce_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  Reduction reduction;
  nn::ReduceParams* const params = PrepareReduce(context, &reduction);
  if (!params) {
    return kTfLiteError;
  }
  params->requant = nn::RequantForMean(
      nn::RequantFromRatio(reduction.in.scale, reduction.out.scale), reduction.count);
  return kTfLiteOk;
}

}  // namespace

const OpDef ops::kMean = {tflite::BuiltinOperator_MEAN, "MEAN", Prepare, EvalSum};

}  // namespace tflm
