#include "nn/pad_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

enum { kInput = 0, kPaddings = 1, kValue = 2 };  // inputs; PAD has no value, PADV2 has one

struct PadData {
  nn::PadParams params;
  int8_t zero_point;  // what PAD pads with
};

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo paddings;
  TensorInfo output;
  QuantizedS8 out;
  if (!context.Input(kInput, &input) || !context.Input(kPaddings, &paddings) ||
      !context.Output(0, &output) || !ReadQuantizedS8(context, output, &out)) {
    return kTfLiteError;
  }
  if (input.type != kTfLiteInt8) {
    return context.Fail("needs an int8 input");
  }
  if (context.HasInput(kValue)) {
    TensorInfo value;
    QuantizedS8 quantized;
    if (!context.Input(kValue, &value) || !ReadQuantizedS8(context, value, &quantized)) {
      return kTfLiteError;
    }
    if (quantized.zero_point != out.zero_point || !nn::IsEqual(quantized.scale, out.scale)) {
      return context.Fail("padding value and output differ in scale or zero point");
    }
  }
  const uint32_t rank = input.shape.count;
  if (paddings.type != kTfLiteInt32 || paddings.data == 0 || paddings.elements != 2 * rank) {
    return context.Fail("needs constant int32 paddings of shape [rank, 2]");
  }
  PadData* const data = context.NewParams<PadData>();
  if (!data) {
    return kTfLiteError;
  }
  nn::PadParams* const params = &data->params;
  uint32_t out_extent[nn::kMaxRank];
  if (!PaddedShape(context, input, params->in_extent) ||
      !PaddedShape(context, output, out_extent) || output.shape.count != rank) {
    return context.Fail("has more than 5 dimensions, or input and output differ in their number");
  }
  for (uint32_t axis = 0; axis < nn::kMaxRank; ++axis) {
    const uint32_t missing = nn::kMaxRank - rank;
    params->before[axis] = params->after[axis] = 0;
    if (axis >= missing) {
      const uint32_t pair = paddings.data + 8 * (axis - missing);
      params->before[axis] = context.reader().U32(pair);
      params->after[axis] = context.reader().U32(pair + 4);
    }
    constexpr uint32_t kMaxPadding = UINT32_C(1) << 24;
    if (params->before[axis] > kMaxPadding || params->after[axis] > kMaxPadding ||
        params->before[axis] + params->in_extent[axis] + params->after[axis] != out_extent[axis]) {
      return context.Fail("the output's shape does not follow from the paddings");
    }
  }
  data->zero_point = out.zero_point;
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const PadData& data = context.Params<PadData>();
  const int8_t* const value =
      context.HasInput(kValue) ? context.InputData(kValue) : &data.zero_point;
  nn::PadS8(data.params, value, context.InputData(kInput), context.OutputData(0));
}

}  // namespace

const OpDef ops::kPad = {tflite::BuiltinOperator_PAD, "PAD", Prepare, Eval};
const OpDef ops::kPadV2 = {tflite::BuiltinOperator_PADV2, "PADV2", Prepare, Eval};

}  // namespace tflm
