// ZEROS_LIKE: zeros as they are, whatever the output's zero point.

#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  if (input.type != output.type || input.bytes != output.bytes) {
    return context.Fail("input and output differ in type or number of elements");
  }
  uint32_t* const bytes = context.NewParams<uint32_t>();
  if (!bytes) {
    return kTfLiteError;
  }
  *bytes = output.bytes;
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void Eval(OpContext& context) { FillBytes(context.OutputData(0), 0, context.Params<uint32_t>()); }

}  // namespace

const OpDef ops::kZerosLike = {tflite::BuiltinOperator_ZEROS_LIKE, "ZEROS_LIKE", Prepare, Eval};

}  // namespace tflm
