// EXP, LOG, SIN and COS, which upstream has in float32 only; ELU, LOGISTIC and TANH beside their
// other forms.

#include "nn/float_curves.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/float_unary.h"

namespace tflm {
namespace {

struct FloatCurveData {
  uint32_t count;
  nn::FloatCurve curve;
};

nn::FloatCurve CurveOf(const OpContext& context) {
  switch (context.entry().def->code) {
    case tflite::BuiltinOperator_EXP:
      return nn::FloatCurve::kExp;
    case tflite::BuiltinOperator_LOG:
      return nn::FloatCurve::kLog;
    case tflite::BuiltinOperator_SIN:
      return nn::FloatCurve::kSin;
    case tflite::BuiltinOperator_COS:
      return nn::FloatCurve::kCos;
    case tflite::BuiltinOperator_LOGISTIC:
      return nn::FloatCurve::kLogistic;
    case tflite::BuiltinOperator_TANH:
      return nn::FloatCurve::kTanh;
    default:
      return nn::FloatCurve::kElu;
  }
}

}  // namespace

TfLiteStatus PrepareFloatCurve(OpContext& context) {
  uint32_t count;
  if (!ReadUnaryF32(context, &count)) {
    return kTfLiteError;
  }
  FloatCurveData* const data = context.NewParams<FloatCurveData>();
  if (!data) {
    return kTfLiteError;
  }
  *data = FloatCurveData{count, CurveOf(context)};
  return kTfLiteOk;
}

void EvalFloatCurve(OpContext& context) {
  const FloatCurveData& data = context.Params<FloatCurveData>();
  nn::FloatCurves(data.curve, data.count, context.InputData<uint32_t>(0),
                  context.OutputData<uint32_t>(0));
}

const OpDef ops::kExp = {tflite::BuiltinOperator_EXP, "EXP", PrepareFloatCurve, EvalFloatCurve};
const OpDef ops::kLog = {tflite::BuiltinOperator_LOG, "LOG", PrepareFloatCurve, EvalFloatCurve};
const OpDef ops::kSin = {tflite::BuiltinOperator_SIN, "SIN", PrepareFloatCurve, EvalFloatCurve};
const OpDef ops::kCos = {tflite::BuiltinOperator_COS, "COS", PrepareFloatCurve, EvalFloatCurve};

}  // namespace tflm
