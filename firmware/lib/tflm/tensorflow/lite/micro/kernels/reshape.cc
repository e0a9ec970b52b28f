#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

// RESHAPE, SQUEEZE and EXPAND_DIMS. The output's shape stands in the model: by the time that a
// model is on a device, shapes are fixed.

TfLiteStatus PrepareExpandDims(OpContext& context) {
  TensorInfo axis;
  if (!context.Input(1, &axis)) {
    return kTfLiteError;
  }
  if (axis.type != kTfLiteInt32 || axis.data == 0) {
    return context.Fail("needs a constant int32 axis");
  }
  return PrepareSameBytes(context);
}

void Eval(OpContext& context) {
  const int8_t* const input = context.InputData(0);
  int8_t* const output = context.OutputData(0);
  if (input != output) {
    CopyBytes(output, input, context.Params<uint32_t>());
  }
}

}  // namespace

const OpDef ops::kReshape = {tflite::BuiltinOperator_RESHAPE, "RESHAPE", PrepareSameBytes, Eval};
const OpDef ops::kSqueeze = {tflite::BuiltinOperator_SQUEEZE, "SQUEEZE", PrepareSameBytes, Eval};
const OpDef ops::kExpandDims = {tflite::BuiltinOperator_EXPAND_DIMS, "EXPAND_DIMS",
                                PrepareExpandDims, Eval};

}  // namespace tflm
