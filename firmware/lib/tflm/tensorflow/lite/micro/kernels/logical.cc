// LOGICAL_AND, LOGICAL_OR and LOGICAL_NOT.

#include "nn/logical.h"

#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

using LogicalData = BinaryData<nn::Logic>;

// `second`: the input that is the second operand.
TfLiteStatus PrepareLogical(OpContext& context, uint32_t second, nn::Logic logic) {
  TensorInfo input[2];
  TensorInfo output;
  nn::Broadcast shape;
  if (!context.Input(0, &input[0]) || !context.Input(second, &input[1]) ||
      !context.Output(0, &output)) {
    return kTfLiteError;
  }
  if (input[0].type != kTfLiteBool || input[1].type != kTfLiteBool || output.type != kTfLiteBool) {
    return context.Fail("needs bool inputs and a bool output");
  }
  if (!FillBroadcast(context, input[0], input[1], output, &shape)) {
    return kTfLiteError;
  }
  LogicalData* const data = NewBinaryData<nn::Logic>(context, shape);
  if (!data) {
    return kTfLiteError;
  }
  data->params = logic;
  return kTfLiteOk;
}

TfLiteStatus PrepareAnd(OpContext& context) { return PrepareLogical(context, 1, nn::Logic::kAnd); }
TfLiteStatus PrepareOr(OpContext& context) { return PrepareLogical(context, 1, nn::Logic::kOr); }
TfLiteStatus PrepareNot(OpContext& context) { return PrepareLogical(context, 0, nn::Logic::kNot); }

void EvalLogical(OpContext& context, uint32_t second) {
  const LogicalData& data = context.Params<LogicalData>();
  nn::Logical(data.params, data.shape, context.InputData<uint8_t>(0),
              context.InputData<uint8_t>(second), context.OutputData<uint8_t>(0));
}

void EvalBinary(OpContext& context) { EvalLogical(context, 1); }
void EvalNot(OpContext& context) { EvalLogical(context, 0); }

}  // namespace

const OpDef ops::kLogicalAnd = {tflite::BuiltinOperator_LOGICAL_AND, "LOGICAL_AND", PrepareAnd,
                                EvalBinary};
const OpDef ops::kLogicalOr = {tflite::BuiltinOperator_LOGICAL_OR, "LOGICAL_OR", PrepareOr,
                               EvalBinary};
const OpDef ops::kLogicalNot = {tflite::BuiltinOperator_LOGICAL_NOT, "LOGICAL_NOT", PrepareNot,
                                EvalNot};

}  // namespace tflm
