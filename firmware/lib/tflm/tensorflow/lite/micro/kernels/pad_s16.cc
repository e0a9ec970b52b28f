#include "nn/pad_s16.h"

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

}  // namespace

MCUFORGE_EITHER_FORM(PAD, Pad, Prepare, Eval)
MCUFORGE_EITHER_FORM(PADV2, PadV2, Prepare, Eval)

}  // namespace tflm
