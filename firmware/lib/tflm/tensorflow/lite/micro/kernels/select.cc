#include "nn/select.h"

#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input[3];
  TensorInfo output;
  if (!context.Input(0, &input[0]) || !context.Input(1, &input[1]) ||
      !context.Input(2, &input[2]) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  if (input[0].type != kTfLiteBool || input[1].type != output.type ||
      input[2].type != output.type) {
    return context.Fail("needs a bool condition, and two inputs of the output's type");
  }
  nn::SelectParams* const params = context.NewParams<nn::SelectParams>();
  if (!params) {
    return kTfLiteError;
  }
  bool fits = PaddedShape(context, output, params->extent);
  bool reached[nn::kMaxRank] = {};
  for (uint32_t i = 0; fits && i < 3; ++i) {
    uint32_t extent[nn::kMaxRank];
    fits = PaddedShape(context, input[i], extent);
    uint32_t step = 1;
    for (int32_t axis = nn::kMaxRank - 1; fits && axis >= 0; --axis) {
      fits = extent[axis] == params->extent[axis] || extent[axis] == 1;
      reached[axis] = reached[axis] || extent[axis] == params->extent[axis];
      params->step[i][axis] = extent[axis] == 1 ? 0 : step;
      step *= extent[axis];
    }
  }
  for (const bool one : reached) {
    fits = fits && one;
  }
  if (!fits) {
    return context.Fail("the inputs' shapes do not broadcast to the output's");
  }
  params->element_bytes = output.bytes / output.elements;
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::Select(context.Params<nn::SelectParams>(), context.InputData<uint8_t>(0),
             context.InputData(1), context.InputData(2), context.OutputData(0));
}

}  // namespace

const OpDef ops::kSelectV2 = {tflite::BuiltinOperator_SELECT_V2, "SELECT_V2", Prepare, Eval};

}  // namespace tflm
