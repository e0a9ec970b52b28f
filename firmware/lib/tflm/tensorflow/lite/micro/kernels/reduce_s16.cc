// MEAN and SUM, int16.

#include "nn/reduce_s16.h"

#include "tensorflow/lite/micro/kernels/reduce_common.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

// `is_mean`: else a sum.
TfLiteStatus PrepareReduceS16(OpContext& context, bool is_mean) {
  EndsS16 ends;
  if (!ReadEndsS16(context, &ends)) {
    return kTfLiteError;
  }
  uint32_t count;
  nn::ReduceParams* const params = NewReduction(context, ends.input, ends.output, &count);
  if (!params || !FactorOf(context, ends.in, ends.out, &params->requant)) {
    return kTfLiteError;
  }
  if (count > nn::kMostSummedS16) {
    return context.Fail("sums at most 65536 elements, which an int32 holds");
  }
  if (is_mean) {
    params->requant = nn::RequantForMean(params->requant, count);
  }
  params->in_zero_point = params->out_zero_point = 0;
  return kTfLiteOk;
}

void EvalReduceS16(OpContext& context) {
  nn::SumS16(context.Params<nn::ReduceParams>(), context.InputData<int16_t>(0),
             context.OutputData<int16_t>(0));
}

TfLiteStatus PrepareMean(OpContext& context) { return PrepareReduceS16(context, true); }

TfLiteStatus PrepareSum(OpContext& context) { return PrepareReduceS16(context, false); }

}  // namespace

MCUFORGE_EITHER_FORM(MEAN, Mean, PrepareMean, EvalReduceS16)
MCUFORGE_EITHER_FORM(SUM, Sum, PrepareSum, EvalReduceS16)

}  // namespace tflm
