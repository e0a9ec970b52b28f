#include "tensorflow/lite/micro/kernels/pad_common.h"

#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

bool FillPadding(OpContext& context, const TensorInfo& input, const TensorInfo& output,
                 nn::PadParams* params) {
  TensorInfo paddings;
  if (!context.Input(kPaddings, &paddings)) {
    return false;
  }
  const uint32_t rank = input.shape.count;
  if (paddings.type != kTfLiteInt32 || paddings.data == 0 || paddings.elements != 2 * rank) {
    context.Fail("needs constant int32 paddings of shape [rank, 2]");
    return false;
  }
  uint32_t out_extent[nn::kMaxRank];
  if (!PaddedShape(context, input, params->in_extent) ||
      !PaddedShape(context, output, out_extent) || output.shape.count != rank) {
    context.Fail("has more than 5 dimensions, or input and output differ in their number");
    return false;
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
      context.Fail("the output's shape does not follow from the paddings");
      return false;
    }
  }
  return true;
}

}  // namespace tflm
