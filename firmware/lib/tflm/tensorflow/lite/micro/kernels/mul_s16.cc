#include "nn/binary_s16.h"
#include "tensorflow/lite/micro/kernels/float_binary.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

enum { kActivation = 0 };  // field of MulOptions

using MulS16Data = BinaryData<nn::MulS16Params>;

TfLiteStatus Prepare(OpContext& context) {
  BinaryOperandsS16 operands;
  if (!ReadBinaryS16(context, &operands)) {
    return kTfLiteError;
  }
  MulS16Data* const data = NewBinaryData<nn::MulS16Params>(context, operands.shape);
  nn::ActivationRange range;
  if (!data ||
      !FactorOf(context, operands.in[0], operands.in[1], operands.out, &data->params.requant) ||
      !FusedRangeS16(context, kActivation, operands.out, &range)) {
    return kTfLiteError;
  }
  data->params.out_min = static_cast<int16_t>(range.min);
  data->params.out_max = static_cast<int16_t>(range.max);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const MulS16Data& data = context.Params<MulS16Data>();
  nn::MulS16(data.params, data.shape, context.InputData<int16_t>(0), context.InputData<int16_t>(1),
             context.OutputData<int16_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(MUL, Mul, Prepare, Eval, PrepareF32, EvalF32)

}  // namespace tflm
