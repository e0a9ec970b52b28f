#include "nn/broadcast_shapes.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

struct ShapesData {
  uint32_t count[2];
};

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo shape[2];
  TensorInfo output;
  if (!context.Input(0, &shape[0]) || !context.Input(1, &shape[1]) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  bool fits = output.type == kTfLiteInt32 && output.shape.count == 1;
  for (const TensorInfo& one : shape) {
    fits = fits && one.type == kTfLiteInt32 && one.shape.count == 1;
  }
  const uint32_t longer =
      shape[0].elements > shape[1].elements ? shape[0].elements : shape[1].elements;
  if (!fits || output.elements != longer) {
    return context.Fail("needs two int32 shapes, and an int32 output for the longer of them");
  }
  ShapesData* const data = context.NewParams<ShapesData>();
  if (!data) {
    return kTfLiteError;
  }
  *data = ShapesData{{shape[0].elements, shape[1].elements}};
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const ShapesData& data = context.Params<ShapesData>();
  if (!nn::BroadcastShapes(data.count[0], context.InputData<int32_t>(0), data.count[1],
                           context.InputData<int32_t>(1), context.OutputData<int32_t>(0))) {
    context.FailEval("the shapes do not broadcast");
  }
}

}  // namespace

const OpDef ops::kBroadcastArgs = {tflite::BuiltinOperator_BROADCAST_ARGS, "BROADCAST_ARGS",
                                   Prepare, Eval};

}  // namespace tflm
