#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/strided_copy.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo shape;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Input(1, &shape) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  const uint32_t rank = output.shape.count;
  const bool is_long = shape.type == kTfLiteInt64;  // as converters write it now and then
  if ((shape.type != kTfLiteInt32 && !is_long) || shape.data == 0 || shape.elements != rank) {
    return context.Fail(
        "needs a constant int32 or int64 shape with one element an axis of the output");
  }
  nn::StridedCopy* const copy = NewStridedCopy(context, input, output);
  uint32_t extent[nn::kMaxRank];
  if (!copy || !PaddedShape(context, output, extent)) {
    return copy ? context.Fail("has more than 5 dimensions") : kTfLiteError;
  }
  for (uint32_t axis = 0; axis < nn::kMaxRank; ++axis) {
    const uint32_t missing = nn::kMaxRank - rank;
    const uint32_t at = shape.data + (is_long ? 8 : 4) * (axis - missing);
    const bool is_stated = axis < missing || (context.reader().U32(at) == extent[axis] &&
                                              (!is_long || context.reader().U32(at + 4) == 0));
    if (!is_stated || (copy->extent[axis] != extent[axis] && copy->extent[axis] != 1)) {
      return context.Fail("the output's shape does not follow from input and shape");
    }
    if (copy->extent[axis] != extent[axis]) {
      copy->extent[axis] = extent[axis];
      copy->step[axis] = 0;
    }
  }
  nn::MergeAxes(copy);
  return kTfLiteOk;
}

}  // namespace

const OpDef ops::kBroadcastTo = {tflite::BuiltinOperator_BROADCAST_TO, "BROADCAST_TO", Prepare,
                                 EvalStridedCopy};

}  // namespace tflm
