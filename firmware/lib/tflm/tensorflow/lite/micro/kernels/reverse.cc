#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/strided_copy.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo axes;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Input(1, &axes) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  if (!SameShape(context, input, output)) {
    return context.Fail("input and output differ in shape");
  }
  if (axes.type != kTfLiteInt32 || axes.data == 0) {
    return context.Fail("needs constant int32 axes");
  }
  nn::StridedCopy* const copy = NewStridedCopy(context, input, output);
  if (!copy) {
    return kTfLiteError;
  }
  const auto rank = static_cast<int32_t>(input.shape.count);
  for (uint32_t i = 0; i < axes.elements; ++i) {
    auto axis = static_cast<int32_t>(context.reader().U32Inside(axes.data + 4 * i));
    axis += axis < 0 ? rank : 0;
    const int32_t at = nn::kMaxRank - rank + axis;
    if (axis < 0 || axis >= rank || copy->step[at] < 0) {
      return context.Fail("an axis is out of range, or there twice");
    }
    copy->start += static_cast<uint32_t>(copy->step[at]) * (copy->extent[at] - 1);
    copy->step[at] = -copy->step[at];
  }
  nn::MergeAxes(copy);
  return kTfLiteOk;
}

}  // namespace

const OpDef ops::kReverseV2 = {tflite::BuiltinOperator_REVERSE_V2, "REVERSE_V2", Prepare,
                               EvalStridedCopy};

}  // namespace tflm
