// EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER and GREATER_EQUAL.

#include "nn/compare.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

using CompareData = BinaryData<nn::CompareParams>;

nn::Comparison ComparisonOf(const OpContext& context) {
  switch (context.entry().def->code) {
    case tflite::BuiltinOperator_EQUAL:
      return nn::Comparison::kEqual;
    case tflite::BuiltinOperator_NOT_EQUAL:
      return nn::Comparison::kNotEqual;
    case tflite::BuiltinOperator_LESS:
      return nn::Comparison::kLess;
    case tflite::BuiltinOperator_LESS_EQUAL:
      return nn::Comparison::kLessEqual;
    case tflite::BuiltinOperator_GREATER:
      return nn::Comparison::kGreater;
    default:
      return nn::Comparison::kGreaterEqual;
  }
}

// False, with a message, for types that are not compared.
bool ReadCompared(OpContext& context, TfLiteType type, nn::CompareParams* params) {
  const bool for_equality = params->comparison == nn::Comparison::kEqual ||
                            params->comparison == nn::Comparison::kNotEqual;
  switch (type) {
    case kTfLiteInt8:
      params->type = nn::Compared::kQuantizedS8;
      return true;
    case kTfLiteInt32:
      params->type = nn::Compared::kS32;
      return true;
    case kTfLiteInt64:
      params->type = nn::Compared::kS64;
      return true;
    case kTfLiteFloat32:
      params->type = nn::Compared::kF32;
      return true;
    default:
      params->type = nn::Compared::kBool;
      if (type != kTfLiteBool || !for_equality) {
        context.Fail("needs int8, int32, int64, float32 or, for equality, bool inputs");
        return false;
      }
      return true;
  }
}

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input[2];
  TensorInfo output;
  nn::Broadcast shape;
  nn::CompareParams params{};
  params.comparison = ComparisonOf(context);
  if (!context.Input(0, &input[0]) || !context.Input(1, &input[1]) || !context.Output(0, &output) ||
      !ReadCompared(context, input[0].type, &params)) {
    return kTfLiteError;
  }
  if (input[1].type != input[0].type || output.type != kTfLiteBool) {
    return context.Fail("needs two inputs of one type and a bool output");
  }
  for (uint32_t i = 0; i < 2 && params.type == nn::Compared::kQuantizedS8; ++i) {
    QuantizedS8 quantized;
    if (!ReadQuantizedS8(context, input[i], &quantized)) {
      return kTfLiteError;
    }
    params.requant[i] = nn::RequantFromScale(quantized.scale);
    params.zero_point[i] = quantized.zero_point;
    if (params.requant[i].shift > 0) {
      return context.Fail("needs input scales below 1");
    }
  }
  if (!FillBroadcast(context, input[0], input[1], output, &shape)) {
    return kTfLiteError;
  }
  CompareData* const data = NewBinaryData<nn::CompareParams>(context, shape);
  if (!data) {
    return kTfLiteError;
  }
  data->params = params;
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const CompareData& data = context.Params<CompareData>();
  nn::Compare(data.params, data.shape, context.InputData(0), context.InputData(1),
              context.OutputData(0));
}

}  // namespace

const OpDef ops::kEqual = {tflite::BuiltinOperator_EQUAL, "EQUAL", Prepare, Eval};
const OpDef ops::kNotEqual = {tflite::BuiltinOperator_NOT_EQUAL, "NOT_EQUAL", Prepare, Eval};
const OpDef ops::kLess = {tflite::BuiltinOperator_LESS, "LESS", Prepare, Eval};
const OpDef ops::kLessEqual = {tflite::BuiltinOperator_LESS_EQUAL, "LESS_EQUAL", Prepare, Eval};
const OpDef ops::kGreater = {tflite::BuiltinOperator_GREATER, "GREATER", Prepare, Eval};
const OpDef ops::kGreaterEqual = {tflite::BuiltinOperator_GREATER_EQUAL, "GREATER_EQUAL", Prepare,
                                  Eval};

}  // namespace tflm
