#include "nn/div_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

enum { kActivation = 0 };  // field of DivOptions

using DivData = BinaryData<nn::DivParams>;

TfLiteStatus Prepare(OpContext& context) {
  BinaryOperands operands;
  if (!ReadBinary(context, &operands)) {
    return kTfLiteError;
  }
  DivData* const data = NewBinaryData<nn::DivParams>(context, operands.shape);
  if (!data) {
    return kTfLiteError;
  }
  nn::DivParams& params = data->params;
  // Upstream multiplies the two scales as floats.
  params.requant = nn::RequantFromRatio(
      operands.in[0].scale, nn::MultiplyAsFloat(operands.in[1].scale, operands.out.scale));
  // A divisor of 1 and the least headroom shift right by 23.
  if (params.requant.shift > 23) {
    return context.Fail("needs an output scale above 2^-23 of the inputs' quotient");
  }
  nn::ActivationRange range;
  if (!FusedRange(context, kActivation, operands.out, &range)) {
    return kTfLiteError;
  }
  SetEnds(operands, range, &params);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const DivData& data = context.Params<DivData>();
  if (!nn::DivS8(data.params, data.shape, context.InputData(0), context.InputData(1),
                 context.OutputData(0))) {
    context.FailEval("divides by zero");
  }
}

}  // namespace

const OpDef ops::kDiv = {tflite::BuiltinOperator_DIV, "DIV", Prepare, Eval};

}  // namespace tflm
