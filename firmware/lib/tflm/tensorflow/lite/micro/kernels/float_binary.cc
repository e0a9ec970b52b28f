#include "tensorflow/lite/micro/kernels/float_binary.h"

#include "nn/float_binary.h"
#include "nn/float_bits.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

enum { kActivation = 0 };  // field of the options of ADD, SUB, MUL and DIV

using FloatBinaryData = BinaryData<nn::FloatBinaryParams>;

nn::FloatOperation OperationOf(const OpContext& context) {
  switch (context.entry().def->code) {
    case tflite::BuiltinOperator_ADD:
      return nn::FloatOperation::kAdd;
    case tflite::BuiltinOperator_SUB:
      return nn::FloatOperation::kSub;
    case tflite::BuiltinOperator_MUL:
      return nn::FloatOperation::kMul;
    case tflite::BuiltinOperator_DIV:
      return nn::FloatOperation::kDiv;
    case tflite::BuiltinOperator_MAXIMUM:
      return nn::FloatOperation::kMaximum;
    case tflite::BuiltinOperator_MINIMUM:
      return nn::FloatOperation::kMinimum;
    case tflite::BuiltinOperator_SQUARED_DIFFERENCE:
      return nn::FloatOperation::kSquaredDifference;
    case tflite::BuiltinOperator_PRELU:
      return nn::FloatOperation::kPrelu;
    case tflite::BuiltinOperator_FLOOR_DIV:
      return nn::FloatOperation::kFloorDiv;
    default:
      return nn::FloatOperation::kFloorMod;
  }
}

// Only these four have an activation.
RangeF32 RangeOf(const OpContext& context, nn::FloatOperation operation) {
  return operation > nn::FloatOperation::kDiv
             ? RangeF32{nn::kFloatSign | nn::kFloatInfinity, nn::kFloatInfinity}
             : FusedRangeF32(context, kActivation);
}

}  // namespace

TfLiteStatus PrepareF32(OpContext& context) {
  TensorInfo input[2];
  TensorInfo output;
  if (!context.Input(0, &input[0]) || !context.Input(1, &input[1]) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  if (input[0].type != kTfLiteFloat32 || input[1].type != kTfLiteFloat32 ||
      output.type != kTfLiteFloat32) {
    return context.Fail("needs two float32 inputs and a float32 output");
  }
  nn::Broadcast shape;
  if (!FillBroadcast(context, input[0], input[1], output, &shape)) {
    return kTfLiteError;
  }
  FloatBinaryData* const data = NewBinaryData<nn::FloatBinaryParams>(context, shape);
  if (!data) {
    return kTfLiteError;
  }
  const nn::FloatOperation operation = OperationOf(context);
  const RangeF32 range = RangeOf(context, operation);
  data->params = nn::FloatBinaryParams{range.low, range.high, operation};
  for (uint32_t i = 0; i < 2; ++i) {
    if (input[i].elements == output.elements && input[i].data == 0) {
      context.AllowInPlace(i);
    }
  }
  return kTfLiteOk;
}

void EvalF32(OpContext& context) {
  const FloatBinaryData& data = context.Params<FloatBinaryData>();
  nn::FloatBinary(data.params, data.shape, context.InputData<uint32_t>(0),
                  context.InputData<uint32_t>(1), context.OutputData<uint32_t>(0));
}

const OpDef ops::kFloorDiv = {tflite::BuiltinOperator_FLOOR_DIV, "FLOOR_DIV", PrepareF32, EvalF32};
const OpDef ops::kFloorMod = {tflite::BuiltinOperator_FLOOR_MOD, "FLOOR_MOD", PrepareF32, EvalF32};

}  // namespace tflm
