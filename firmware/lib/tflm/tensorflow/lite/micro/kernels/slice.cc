#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/strided_copy.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo begin;
  TensorInfo size;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Input(1, &begin) || !context.Input(2, &size) ||
      !context.Output(0, &output)) {
    return kTfLiteError;
  }
  const uint32_t rank = input.shape.count;
  if (begin.type != kTfLiteInt32 || begin.data == 0 || begin.elements != rank ||
      size.type != kTfLiteInt32 || size.data == 0 || size.elements != rank ||
      output.shape.count != rank) {
    return context.Fail("needs a constant int32 begin and size with one element an axis");
  }
  nn::StridedCopy* const copy = NewStridedCopy(context, input, output);
  if (!copy) {
    return kTfLiteError;
  }
  for (uint32_t i = 0; i < rank; ++i) {
    const uint32_t axis = nn::kMaxRank - rank + i;
    const uint32_t first = context.reader().U32(begin.data + 4 * i);
    const uint32_t count = Extent(context, output, i);
    if (first > copy->extent[axis] || count > copy->extent[axis] - first) {
      return context.Fail("the slice leaves the input");
    }
    // -1 stands for all that is left.
    const uint32_t wanted = context.reader().U32(size.data + 4 * i);
    if (count != (wanted == UINT32_MAX ? copy->extent[axis] - first : wanted)) {
      return context.Fail("the output's shape is not the size");
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
