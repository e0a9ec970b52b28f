#include "nn/binary_s16.h"
#include "tensorflow/lite/micro/kernels/float_binary.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

using SquaredDifferenceS16Data = BinaryData<nn::SquaredDifferenceS16Params>;

TfLiteStatus Prepare(OpContext& context) {
  BinaryOperandsS16 operands;
  if (!ReadBinaryS16(context, &operands)) {
    return kTfLiteError;
  }
  SquaredDifferenceS16Data* const data =
      NewBinaryData<nn::SquaredDifferenceS16Params>(context, operands.shape);
  if (!data) {
    return kTfLiteError;
  }
  const bool second_larger = nn::IsLess(operands.in[0], operands.in[1]);
  const nn::Scale twice_max = nn::Shifted(operands.in[second_larger ? 1 : 0], 1);
  data->params.in[0] = nn::RequantFromRatio(operands.in[0], twice_max);
  data->params.in[1] = nn::RequantFromRatio(operands.in[1], twice_max);
  return FactorOf(context, twice_max, twice_max, operands.out, &data->params.out) ? kTfLiteOk
                                                                                  : kTfLiteError;
}

void Eval(OpContext& context) {
  const SquaredDifferenceS16Data& data = context.Params<SquaredDifferenceS16Data>();
  nn::SquaredDifferenceS16(data.params, data.shape, context.InputData<int16_t>(0),
                           context.InputData<int16_t>(1), context.OutputData<int16_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(SQUARED_DIFFERENCE, SquaredDifference, Prepare, Eval, PrepareF32, EvalF32)

}  // namespace tflm
