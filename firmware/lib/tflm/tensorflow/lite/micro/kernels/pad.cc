#include "nn/pad_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/pad_common.h"

namespace tflm {
namespace {

struct PadData {
  nn::PadParams params;
  int8_t zero_point;  // what PAD pads with
};

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  QuantizedS8 out;
  if (!context.Input(kPadInput, &input) || !context.Output(0, &output) ||
      !ReadQuantizedS8(context, output, &out)) {
    return kTfLiteError;
  }
  if (input.type != kTfLiteInt8) {
    return context.Fail("needs an int8 input");
  }
  if (context.HasInput(kPadValue)) {
    TensorInfo value;
    QuantizedS8 quantized;
    if (!context.Input(kPadValue, &value) || !ReadQuantizedS8(context, value, &quantized)) {
      return kTfLiteError;
    }
    if (quantized.zero_point != out.zero_point || !nn::IsEqual(quantized.scale, out.scale)) {
      return context.Fail("padding value and output differ in scale or zero point");
    }
  }
  PadData* const data = context.NewParams<PadData>();
  if (!data || !FillPadding(context, input, output, &data->params)) {
    return kTfLiteError;
  }
  data->zero_point = out.zero_point;
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const PadData& data = context.Params<PadData>();
  const int8_t* const value =
      context.HasInput(kPadValue) ? context.InputData(kPadValue) : &data.zero_point;
  nn::PadS8(data.params, value, context.InputData(kPadInput), context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kPad = {tflite::BuiltinOperator_PAD, "PAD", Prepare, Eval};
const OpDef int8_ops::kPadV2 = {tflite::BuiltinOperator_PADV2, "PADV2", Prepare, Eval};

}  // namespace tflm
