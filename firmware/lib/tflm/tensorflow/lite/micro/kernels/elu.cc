#include "nn/elu_s8.h"
#include "nn/float_arithmetic.h"
#include "nn/float_bits.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

using EluData = UnaryData<nn::EluParams>;

TfLiteStatus Prepare(OpContext& context) {
  UnaryOperands operands;
  nn::Requant factor;
  if (!ReadUnary(context, &operands) ||
      !FactorOf(context, operands.in.scale, operands.out.scale, &factor)) {
    return kTfLiteError;
  }
  if (factor.shift > 22) {  // 255 steps of the input in those of the output are an int32
    return context.Fail("needs an output scale above 2^-22 of the input's");
  }
  EluData* const data = context.NewParams<EluData>();
  if (!data) {
    return kTfLiteError;
  }
  data->count = operands.count;
  data->params =
      nn::EluParams{nn::BitsFromScale(operands.in.scale),
                    nn::DivideFloats(nn::kFloatOne, nn::BitsFromScale(operands.out.scale)),
                    operands.in.zero_point, operands.out.zero_point};
  return kTfLiteOk;
}

void Eval(OpContext& context) { RunUnary(context, context.Params<EluData>(), nn::EluS8); }

}  // namespace

const OpDef int8_ops::kElu = {tflite::BuiltinOperator_ELU, "ELU", Prepare, Eval};

}  // namespace tflm
