// NEG, FLOOR, CEIL, ROUND, SQUARE and SQRT, which upstream has in float32 only; ABS, RELU, RELU6,
// RSQRT and HARD_SWISH beside their other forms.

#include "nn/float_unary.h"

#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/float_unary.h"

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
    case tflite::BuiltinOperator_RELU:
      return nn::FloatFunction::kRelu;
    case tflite::BuiltinOperator_RELU6:
      return nn::FloatFunction::kRelu6;
    case tflite::BuiltinOperator_ABS:
      return nn::FloatFunction::kAbs;
    case tflite::BuiltinOperator_HARD_SWISH:
      return nn::FloatFunction::kHardSwish;
    case tflite::BuiltinOperator_RSQRT:
      return nn::FloatFunction::kRsqrt;
    default:
      return nn::FloatFunction::kSqrt;
  }
}

}  // namespace

TfLiteStatus PrepareFloatUnary(OpContext& context) {
  uint32_t count;
  if (!ReadUnaryF32(context, &count)) {
    return kTfLiteError;
  }
  FloatUnaryData* const data = context.NewParams<FloatUnaryData>();
  if (!data) {
    return kTfLiteError;
  }
  *data = FloatUnaryData{count, FunctionOf(context)};
  return kTfLiteOk;
}

void EvalFloatUnary(OpContext& context) {
  const FloatUnaryData& data = context.Params<FloatUnaryData>();
  nn::FloatUnary(data.function, data.count, context.InputData<uint32_t>(0),
                 context.OutputData<uint32_t>(0));
}

const OpDef ops::kNeg = {tflite::BuiltinOperator_NEG, "NEG", PrepareFloatUnary, EvalFloatUnary};
const OpDef ops::kFloor = {tflite::BuiltinOperator_FLOOR, "FLOOR", PrepareFloatUnary,
                           EvalFloatUnary};
const OpDef ops::kCeil = {tflite::BuiltinOperator_CEIL, "CEIL", PrepareFloatUnary, EvalFloatUnary};
const OpDef ops::kRound = {tflite::BuiltinOperator_ROUND, "ROUND", PrepareFloatUnary,
                           EvalFloatUnary};
const OpDef ops::kSquare = {tflite::BuiltinOperator_SQUARE, "SQUARE", PrepareFloatUnary,
                            EvalFloatUnary};
const OpDef ops::kSqrt = {tflite::BuiltinOperator_SQRT, "SQRT", PrepareFloatUnary, EvalFloatUnary};

}  // namespace tflm
