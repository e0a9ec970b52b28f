#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/strided_copy.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo order;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Input(1, &order) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  const uint32_t rank = input.shape.count;
  if (order.type != kTfLiteInt32 || order.data == 0 || order.elements != rank ||
      output.shape.count != rank) {
    return context.Fail("needs a constant int32 permutation with one element an axis");
  }
  nn::StridedCopy* const copy = NewStridedCopy(context, input, output);
  if (!copy) {
    return kTfLiteError;
  }
  const nn::StridedCopy straight = *copy;
  const uint32_t missing = nn::kMaxRank - rank;
  uint32_t used = 0;  // a bit for each axis of the input
  bool fits = true;
  for (uint32_t i = 0; fits && i < rank; ++i) {
    const int32_t from = static_cast<int32_t>(context.reader().U32(order.data + 4 * i));
    const uint32_t axis =
        static_cast<uint32_t>(from < 0 ? from + static_cast<int32_t>(rank) : from);
    fits = axis < rank && (used >> axis & 1) == 0 &&
           Extent(context, output, i) == straight.extent[missing + axis];
    if (fits) {
      used |= UINT32_C(1) << axis;
      copy->extent[missing + i] = straight.extent[missing + axis];
      copy->step[missing + i] = straight.step[missing + axis];
    }
  }
  if (!fits) {
    return context.Fail("the output's shape does not follow from the permutation");
  }
  nn::MergeAxes(copy);
  return kTfLiteOk;
}

}  // namespace

const OpDef ops::kTranspose = {tflite::BuiltinOperator_TRANSPOSE, "TRANSPOSE", Prepare,
                               EvalStridedCopy};

}  // namespace tflm
