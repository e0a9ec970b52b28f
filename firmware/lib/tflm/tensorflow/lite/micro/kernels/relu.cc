#include "nn/requantize_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  if (!ReadUnary(context, &operands)) {
    return kTfLiteError;
  }
  nn::RequantizeParams* const params = context.NewParams<nn::RequantizeParams>();
  if (!params) {
    return kTfLiteError;
  }
  const int8_t zero = operands.out.zero_point;
  *params = nn::RequantizeParams{nn::RequantFromRatio(operands.in.scale, operands.out.scale),
                                 operands.count,
                                 operands.in.zero_point,
                                 zero,
                                 zero,
                                 INT8_MAX,
                                 0,
                                 0};
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::RequantizeS8(context.Params<nn::RequantizeParams>(), context.InputData(0),
                   context.OutputData(0));
}

}  // namespace

const OpDef ops::kRelu = {tflite::BuiltinOperator_RELU, "RELU", Prepare, Eval};

}  // namespace tflm
