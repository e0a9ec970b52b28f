#include "tensorflow/lite/micro/kernels/strided_copy.h"

#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

nn::StridedCopy* NewStridedCopy(OpContext& context, const TensorInfo& input,
                                const TensorInfo& output) {
  nn::StridedCopy* const copy = context.NewParams<nn::StridedCopy>();
  if (!copy) {
    return nullptr;
  }
  if (input.type != output.type || !PaddedShape(context, input, copy->extent)) {
    context.Fail("has more than 5 dimensions, or input and output differ in type");
    return nullptr;
  }
  copy->element_bytes = input.bytes / input.elements;
  copy->start = 0;
  uint32_t step = copy->element_bytes;
  for (int32_t axis = nn::kMaxRank - 1; axis >= 0; --axis) {
    copy->step[axis] = static_cast<int32_t>(step);
    step *= copy->extent[axis];
  }
  return copy;
}

void EvalStridedCopy(OpContext& context) {
  nn::CopyStrided(context.Params<nn::StridedCopy>(), context.InputData(0), context.OutputData(0));
}

}  // namespace tflm
