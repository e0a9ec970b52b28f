// MEAN and SUM, int16 and float32.

#include "nn/reduce_s16.h"

#include "nn/float_reduce.h"
#include "tensorflow/lite/micro/kernels/f32.h"
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

// ---- float32

void EvalFloatMean(OpContext& context) {
  nn::FloatMean(context.Params<nn::ReduceParams>(), context.InputData<uint32_t>(0),
                context.OutputData<uint32_t>(0));
}

void EvalFloatSum(OpContext& context) {
  nn::FloatSum(context.Params<nn::ReduceParams>(), context.InputData<uint32_t>(0),
               context.OutputData<uint32_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(MEAN, Mean, PrepareMean, EvalReduceS16, PrepareFloatReduction, EvalFloatMean)
MCUFORGE_ANY_FORM(SUM, Sum, PrepareSum, EvalReduceS16, PrepareFloatReduction, EvalFloatSum)

}  // namespace tflm
