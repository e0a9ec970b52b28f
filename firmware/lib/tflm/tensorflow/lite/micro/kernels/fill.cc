// FILL: a scalar, repeated.

#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/strided_copy.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo shape;
  TensorInfo value;
  TensorInfo output;
  if (!context.Input(0, &shape) || !context.Input(1, &value) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  const uint32_t rank = output.shape.count;
  bool fits = shape.type == kTfLiteInt32 && shape.data != 0 && shape.elements == rank;
  for (uint32_t axis = 0; fits && axis < rank; ++axis) {
    fits = context.reader().U32(shape.data + 4 * axis) == Extent(context, output, axis);
  }
  if (!fits) {
    return context.Fail("needs a constant int32 shape that is the output's");
  }
  if (value.elements != 1) {
    return context.Fail("needs one value to fill with");
  }
  nn::StridedCopy* const copy = NewStridedCopy(context, value, output);
  if (!copy) {
    return kTfLiteError;
  }
  copy->extent[nn::kMaxRank - 1] = output.elements;
  copy->step[nn::kMaxRank - 1] = 0;
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::CopyStrided(context.Params<nn::StridedCopy>(), context.InputData(1), context.OutputData(0));
}

}  // namespace

const OpDef ops::kFill = {tflite::BuiltinOperator_FILL, "FILL", Prepare, Eval};

}  // namespace tflm
