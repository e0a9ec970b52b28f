#include "nn/div_s8.h"
#include "tensorflow/lite/micro/kernels/arithmetic_s32.h"

namespace tflm {
namespace {

enum { kActivation = 0 };  // field of DivOptions

using DivData = BinaryData<nn::DivParams>;

TfLiteStatus Prepare(OpContext& context) {
  BinaryOperands operands;
  bool s32;
  if (!ReadBinary(context, &operands, &s32)) {
    return kTfLiteError;
  }
  if (s32) {
    return PrepareS32(context, operands.shape,
                      static_cast<nn::Activation>(context.OptionU8(kActivation, 0)));
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
  const auto& of_s32 = context.Params<BinaryData<nn::ArithmeticParams>>();
  const bool fine =
      data.is_s32 ? nn::DivideS32(of_s32.params, of_s32.shape, context.InputData<int32_t>(0),
                                  context.InputData<int32_t>(1), context.OutputData<int32_t>(0))
                  : nn::DivS8(data.params, data.shape, context.InputData(0), context.InputData(1),
                              context.OutputData(0));
  if (!fine) {
    context.FailEval("divides by zero");
  }
}

}  // namespace

const OpDef int8_ops::kDiv = {tflite::BuiltinOperator_DIV, "DIV", Prepare, Eval};

}  // namespace tflm
