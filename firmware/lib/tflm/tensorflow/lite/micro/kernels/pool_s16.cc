#include "nn/pool_s16.h"

#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

// Fields of Pool2DOptions.
enum { kPadding = 0, kStrideW = 1, kStrideH = 2, kFilterW = 3, kFilterH = 4, kActivation = 5 };

TfLiteStatus PreparePoolS16(OpContext& context) {
  EndsS16 ends;
  if (!ReadEndsS16(context, &ends)) {
    return kTfLiteError;
  }
  if (!nn::IsEqual(ends.in, ends.out)) {
    return context.Fail("needs one scale for input and output");
  }
  nn::ConvS16Params* const params = context.NewParams<nn::ConvS16Params>();
  if (!params) {
    return kTfLiteError;
  }
  Window window;
  window.y = WindowAxis{context.OptionU32(kFilterH, 0), context.OptionU32(kStrideH, 0), 1};
  window.x = WindowAxis{context.OptionU32(kFilterW, 0), context.OptionU32(kStrideW, 0), 1};
  window.padding = context.OptionU8(kPadding, kPaddingSame);
  if (FillWindow(context, window, ends.input, ends.output, &params->shape) != kTfLiteOk) {
    return kTfLiteError;
  }
  if (params->shape.in_c != params->shape.out_c) {
    return context.Fail("input and output have different numbers of channels");
  }
  if (window.y.kernel * window.x.kernel > UINT16_MAX) {
    return context.Fail("needs a window of at most 65535 elements, whose sum an int32 holds");
  }
  nn::ActivationRange range;
  if (!FusedRangeS16(context, kActivation, ends.out, &range)) {
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

MCUFORGE_EITHER_FORM(MAX_POOL_2D, MaxPool2D, PreparePoolS16, EvalMax)
MCUFORGE_EITHER_FORM(AVERAGE_POOL_2D, AveragePool2D, PreparePoolS16, EvalAverage)

}  // namespace tflm
