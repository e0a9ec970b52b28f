#include "nn/update_slice.h"
#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

enum { kOperand = 0, kUpdate = 1, kStarts = 2 };  // inputs

struct UpdateData {
  uint32_t bytes;
  nn::UpdateSliceParams params;
};

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo operand;
  TensorInfo update;
  TensorInfo starts;
  TensorInfo output;
  if (!context.Input(kOperand, &operand) || !context.Input(kUpdate, &update) ||
      !context.Input(kStarts, &starts) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  if (update.type != operand.type || output.type != operand.type ||
      !SameShape(context, operand, output)) {
    return context.Fail("its tensors differ in type, or the output in shape");
  }
  if (starts.type != kTfLiteInt32 || starts.elements != operand.shape.count ||
      update.shape.count != operand.shape.count) {
    return context.Fail("needs an int32 start for each axis, and an update of as many");
  }
  UpdateData* const data = context.NewParams<UpdateData>();
  if (!data) {
    return kTfLiteError;
  }
  data->bytes = operand.bytes;
  data->params.rank = operand.shape.count;
  data->params.element_bytes = operand.bytes / operand.elements;
  if (!PaddedShape(context, operand, data->params.extent) ||
      !PaddedShape(context, update, data->params.box)) {
    return context.Fail("has more than 5 dimensions");
  }
  for (uint32_t axis = 0; axis < nn::kMaxRank; ++axis) {
    if (data->params.box[axis] > data->params.extent[axis]) {
      return context.Fail("its update is larger than what is updated");
    }
  }
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const UpdateData& data = context.Params<UpdateData>();
  CopyBytes(context.OutputData(0), context.InputData(kOperand), data.bytes);
  nn::UpdateSlice(data.params, context.InputData(kUpdate), context.InputData<int32_t>(kStarts),
                  context.OutputData(0));
}

}  // namespace

const OpDef ops::kDynamicUpdateSlice = {tflite::BuiltinOperator_DYNAMIC_UPDATE_SLICE,
                                        "DYNAMIC_UPDATE_SLICE", Prepare, Eval};

}  // namespace tflm
