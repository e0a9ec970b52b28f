#include "nn/requantize_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

using ReluData = UnaryData<nn::RequantizeParams>;

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  if (!ReadUnary(context, &operands)) {
    return kTfLiteError;
  }
  ReluData* const data = context.NewParams<ReluData>();
  if (!data) {
    return kTfLiteError;
  }
  const int8_t zero = operands.out.zero_point;
  data->count = operands.count;
  nn::Requant requant;
  if (!FactorOf(context, operands.in.scale, operands.out.scale, &requant)) {
    return kTfLiteError;
  }
  data->params = nn::RequantizeParams{requant, operands.in.zero_point, zero, zero, INT8_MAX, 0, 0};
  return kTfLiteOk;
}

void Eval(OpContext& context) { RunUnary(context, context.Params<ReluData>(), nn::RequantizeS8); }

}  // namespace

const OpDef int8_ops::kRelu = {tflite::BuiltinOperator_RELU, "RELU", Prepare, Eval};

}  // namespace tflm
