#include "nn/pad_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo paddings;
  TensorInfo output;
  QuantizedS8 in;
  QuantizedS8 out;
  if (!context.Input(0, &input) || !context.Input(1, &paddings) || !context.Output(0, &output) ||
      !ReadQuantizedS8(context, input, &in) || !ReadQuantizedS8(context, output, &out)) {
    return kTfLiteError;
  }
  const uint32_t rank = input.shape.count;
  if (paddings.type != kTfLiteInt32 || paddings.data == 0 || paddings.elements != 2 * rank) {
    return context.Fail("needs constant int32 paddings of shape [rank, 2]");
  }
  if (in.zero_point != out.zero_point ||
      context.reader().U32(input.scales.pos) != context.reader().U32(output.scales.pos)) {
    return context.Fail("input and output differ in scale or zero point");
  }
  nn::PadParams* const params = context.NewParams<nn::PadParams>();
  if (!params) {
    return kTfLiteError;
  }
  uint32_t out_extent[nn::kMaxRank];
  if (!PaddedShape(context, input, params->in_extent) ||
      !PaddedShape(context, output, out_extent) || output.shape.count != rank) {
    return context.Fail("has more than 5 dimensions, or input and output differ in their number");
  }
  for (uint32_t axis = 0; axis < nn::kMaxRank; ++axis) {
    const uint32_t missing = nn::kMaxRank - rank;
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
  params->value = out.zero_point;
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::PadS8(context.Params<nn::PadParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef ops::kPad = {tflite::BuiltinOperator_PAD, "PAD", Prepare, Eval};

}  // namespace tflm
