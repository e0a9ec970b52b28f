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

TfLiteStatus PrepareMax(OpContext& context) {
  return IsS16(context) ? PreparePoolS16(context) : int8_ops::kMaxPool2D.prepare(context);
}

void EvalMax(OpContext& context) {
  if (!IsS16(context)) {
    int8_ops::kMaxPool2D.eval(context);
    return;
  }
  nn::MaxPoolS16(context.Params<nn::ConvS16Params>(), context.InputData<int16_t>(0),
                 context.OutputData<int16_t>(0));
}

TfLiteStatus PrepareAverage(OpContext& context) {
  return IsS16(context) ? PreparePoolS16(context) : int8_ops::kAveragePool2D.prepare(context);
}

void EvalAverage(OpContext& context) {
  if (!IsS16(context)) {
    int8_ops::kAveragePool2D.eval(context);
    return;
  }
  nn::AveragePoolS16(context.Params<nn::ConvS16Params>(), context.InputData<int16_t>(0),
                     context.OutputData<int16_t>(0));
}

}  // namespace

const OpDef ops::kMaxPool2D = {tflite::BuiltinOperator_MAX_POOL_2D, "MAX_POOL_2D", PrepareMax,
                               EvalMax};
const OpDef ops::kAveragePool2D = {tflite::BuiltinOperator_AVERAGE_POOL_2D, "AVERAGE_POOL_2D",
                                   PrepareAverage, EvalAverage};

}  // namespace tflm
