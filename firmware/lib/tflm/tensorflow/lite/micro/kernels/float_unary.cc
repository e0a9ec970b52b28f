// NEG, FLOOR, CEIL, ROUND, SQUARE and SQRT, which upstream has in float32 only.

#include "nn/float_unary.h"

#include "tensorflow/lite/micro/kernels/edge_common.h"

namespace tflm {
namespace {

struct FloatUnaryData {
  uint32_t count;
  nn::FloatFunction function;
};

nn::FloatFunction FunctionOf(const OpContext& context) {
  switch (context.entry().def->code) {
    case tflite::BuiltinOperator_NEG:
      return nn::FloatFunction::kNeg;
    case tflite::BuiltinOperator_FLOOR:
      return nn::FloatFunction::kFloor;
    case tflite::BuiltinOperator_CEIL:
      return nn::FloatFunction::kCeil;
    case tflite::BuiltinOperator_ROUND:
      return nn::FloatFunction::kRound;
    case tflite::BuiltinOperator_SQUARE:
      return nn::FloatFunction::kSquare;
    default:
      return nn::FloatFunction::kSqrt;
  }
}

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  if (!ReadEdge(context, &input, &output)) {
    return kTfLiteError;
  }
  if (input.type != kTfLiteFloat32 || output.type != kTfLiteFloat32) {
    return context.Fail("needs a float32 input and a float32 output");
  }
  FloatUnaryData* const data = context.NewParams<FloatUnaryData>();
  if (!data) {
    return kTfLiteError;
  }
  *data = FloatUnaryData{input.elements, FunctionOf(context)};
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const FloatUnaryData& data = context.Params<FloatUnaryData>();
  nn::FloatUnary(data.function, data.count, context.InputData<uint32_t>(0),
                 context.OutputData<uint32_t>(0));
}

}  // namespace

const OpDef ops::kNeg = {tflite::BuiltinOperator_NEG, "NEG", Prepare, Eval};
const OpDef ops::kFloor = {tflite::BuiltinOperator_FLOOR, "FLOOR", Prepare, Eval};
const OpDef ops::kCeil = {tflite::BuiltinOperator_CEIL, "CEIL", Prepare, Eval};
const OpDef ops::kRound = {tflite::BuiltinOperator_ROUND, "ROUND", Prepare, Eval};
const OpDef ops::kSquare = {tflite::BuiltinOperator_SQUARE, "SQUARE", Prepare, Eval};
const OpDef ops::kSqrt = {tflite::BuiltinOperator_SQRT, "SQRT", Prepare, Eval};

}  // namespace tflm
