#include "nn/requantize_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

using AbsData = UnaryData<nn::RequantizeParams>;

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  nn::Requant requant;
  if (!ReadUnary(context, &operands) ||
      !FactorOf(context, operands.in.scale, operands.out.scale, &requant)) {
    return kTfLiteError;
  }
  AbsData* const data = context.NewParams<AbsData>();
  if (!data) {
    return kTfLiteError;
  }
  data->count = operands.count;
  data->params = nn::RequantizeParams{
      requant, operands.in.zero_point, operands.out.zero_point, INT8_MIN, INT8_MAX, 0, 0};
  return kTfLiteOk;
}

void Eval(OpContext& context) { RunUnary(context, context.Params<AbsData>(), nn::AbsS8); }

}  // namespace

const OpDef int8_ops::kAbs = {tflite::BuiltinOperator_ABS, "ABS", Prepare, Eval};

}  // namespace tflm
