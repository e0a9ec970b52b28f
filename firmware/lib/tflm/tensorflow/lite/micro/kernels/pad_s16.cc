#include "nn/pad_s16.h"

#include "nn/float_pad.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/pad_common.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  EndsS16 ends;
  if (!ReadEndsS16(context, &ends)) {
    return kTfLiteError;
  }
  if (context.HasInput(kPadValue)) {
    TensorInfo value;
    nn::Scale scale;
    if (!context.Input(kPadValue, &value) || !ReadScaleS16(context, value, &scale)) {
      return kTfLiteError;
    }
    if (!nn::IsEqual(scale, ends.out)) {
      return context.Fail("padding value and output differ in scale");
    }
  }
  nn::PadParams* const params = context.NewParams<nn::PadParams>();
  return params && FillPadding(context, ends.input, ends.output, params) ? kTfLiteOk : kTfLiteError;
}

void Eval(OpContext& context) {
  nn::PadS16(context.Params<nn::PadParams>(),
             context.HasInput(kPadValue) ? context.InputData<int16_t>(kPadValue) : nullptr,
             context.InputData<int16_t>(kPadInput), context.OutputData<int16_t>(0));
}

// ---- float32

TfLiteStatus PrepareFloatPad(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  TensorInfo value;
  if (!ReadEndsF32(context, &input, &output) ||
      (context.HasInput(kPadValue) && !ReadEndsF32(context, &value, &output, kPadValue))) {
    return kTfLiteError;
  }
  nn::PadParams* const params = context.NewParams<nn::PadParams>();
  return params && FillPadding(context, input, output, params) ? kTfLiteOk : kTfLiteError;
}

void EvalFloatPad(OpContext& context) {
  nn::FloatPad(context.Params<nn::PadParams>(),
               context.HasInput(kPadValue) ? context.InputData<uint32_t>(kPadValue) : nullptr,
               context.InputData<uint32_t>(kPadInput), context.OutputData<uint32_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(PAD, Pad, Prepare, Eval, PrepareFloatPad, EvalFloatPad)
MCUFORGE_ANY_FORM(PADV2, PadV2, Prepare, Eval, PrepareFloatPad, EvalFloatPad)

}  // namespace tflm
