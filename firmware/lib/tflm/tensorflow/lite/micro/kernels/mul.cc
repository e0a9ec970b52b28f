#include "nn/mul_s8.h"
#include "tensorflow/lite/micro/kernels/arithmetic_s32.h"

namespace tflm {
namespace {

enum { kActivation = 0 };  // field of MulOptions

using MulData = BinaryData<nn::MulParams>;

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
  MulData* const data = NewBinaryData<nn::MulParams>(context, operands.shape);
  if (!data) {
    return kTfLiteError;
  }
  nn::MulParams& params = data->params;
  if (!FactorOf(context, operands.in[0].scale, operands.in[1].scale, operands.out.scale,
                &params.requant)) {
    return kTfLiteError;
  }
  nn::ActivationRange range;
  if (!FusedRange(context, kActivation, operands.out, &range)) {
    return kTfLiteError;
  }
  SetEnds(operands, range, &params);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  if (EvalS32(context, nn::Arithmetic::kMul)) {
    return;
  }
  const MulData& data = context.Params<MulData>();
  nn::MulS8(data.params, data.shape, context.InputData(0), context.InputData(1),
            context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kMul = {tflite::BuiltinOperator_MUL, "MUL", Prepare, Eval};

}  // namespace tflm
