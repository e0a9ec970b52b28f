#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/strided_copy.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo begin;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Input(1, &begin) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  const uint32_t rank = input.shape.count;
  if (begin.type != kTfLiteInt32 || begin.data == 0 || begin.elements != rank ||
      output.shape.count != rank) {
    return context.Fail("needs a constant int32 begin with one element an axis");
  }
  nn::StridedCopy* const copy = NewStridedCopy(context, input, output);
  if (!copy) {
    return kTfLiteError;
  }
  // Input 2, the sizes, stands in the output's shape too.
  for (uint32_t i = 0; i < rank; ++i) {
    const uint32_t axis = nn::kMaxRank - rank + i;
    const uint32_t first = context.reader().U32(begin.data + 4 * i);
    const uint32_t count = Extent(context, output, i);
    if (first > copy->extent[axis] || count > copy->extent[axis] - first) {
      return context.Fail("the slice leaves the input");
    }
    copy->extent[axis] = count;
    copy->start += first * static_cast<uint32_t>(copy->step[axis]);
  }
  nn::MergeAxes(copy);
  return kTfLiteOk;
}

}  // namespace

const OpDef ops::kSlice = {tflite::BuiltinOperator_SLICE, "SLICE", Prepare, EvalStridedCopy};

}  // namespace tflm
