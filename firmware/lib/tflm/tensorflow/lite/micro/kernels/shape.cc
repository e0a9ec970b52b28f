#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {
namespace {

struct ShapeData {
  uint32_t pos;  // of the input's extents in the model: shapes are fixed by the time that a model
                 // is on a device
  uint32_t bytes;
};

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  if (output.type != kTfLiteInt32 || output.elements != input.shape.count) {
    return context.Fail("needs an int32 output with one element an axis of the input");
  }
  ShapeData* const data = context.NewParams<ShapeData>();
  if (!data) {
    return kTfLiteError;
  }
  *data = ShapeData{input.shape.pos, output.bytes};
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const ShapeData& data = context.Params<ShapeData>();
  CopyBytes(context.OutputData(0), context.ModelData<int8_t>(data.pos), data.bytes);
}

}  // namespace

const OpDef ops::kShape = {tflite::BuiltinOperator_SHAPE, "SHAPE", Prepare, Eval};

}  // namespace tflm
