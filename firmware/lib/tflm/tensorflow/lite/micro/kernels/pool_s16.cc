#include "nn/pool_s16.h"

#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/float_pool.h"
#include "tensorflow/lite/micro/kernels/pool_common.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

TfLiteStatus PreparePoolS16(OpContext& context) {
  EndsS16 ends;
  if (!ReadEndsS16(context, &ends)) {
    return kTfLiteError;
  }
  if (!nn::IsEqual(ends.in, ends.out)) {
    return context.Fail("needs one scale for input and output");
  }
  nn::ConvS16Params* const params = context.NewParams<nn::ConvS16Params>();
  if (!params || FillPool(context, ends.input, ends.output, &params->shape) != kTfLiteOk) {
    return kTfLiteError;
  }
  if (params->shape.kernel_h * params->shape.kernel_w > UINT16_MAX) {
    return context.Fail("needs a window of at most 65535 elements, whose sum an int32 holds");
  }
  nn::ActivationRange range;
  if (!FusedRangeS16(context, kPoolActivation, ends.out, &range)) {
    return kTfLiteError;
  }
  params->out_min = static_cast<int16_t>(range.min);
  params->out_max = static_cast<int16_t>(range.max);
  return kTfLiteOk;
}

void EvalMax(OpContext& context) {
  nn::MaxPoolS16(context.Params<nn::ConvS16Params>(), context.InputData<int16_t>(0),
                 context.OutputData<int16_t>(0));
}

void EvalAverage(OpContext& context) {
  nn::AveragePoolS16(context.Params<nn::ConvS16Params>(), context.InputData<int16_t>(0),
                     context.OutputData<int16_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(MAX_POOL_2D, MaxPool2D, PreparePoolS16, EvalMax, PrepareFloatPool, EvalFloatPool)
MCUFORGE_ANY_FORM(AVERAGE_POOL_2D, AveragePool2D, PreparePoolS16, EvalAverage, PrepareFloatPool,
                  EvalFloatPool)

}  // namespace tflm
