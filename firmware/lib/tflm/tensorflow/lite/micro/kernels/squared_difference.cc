#include "nn/squared_difference_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

using SquaredDifferenceData = BinaryData<nn::SquaredDifferenceParams>;

TfLiteStatus Prepare(OpContext& context) {
  BinaryOperands operands;
  if (!ReadBinary(context, &operands)) {
    return kTfLiteError;
  }
  SquaredDifferenceData* const data =
      NewBinaryData<nn::SquaredDifferenceParams>(context, operands.shape);
  if (!data) {
    return kTfLiteError;
  }
  nn::SquaredDifferenceParams& params = data->params;
  const nn::Scale in0 = operands.in[0].scale;
  const nn::Scale in1 = operands.in[1].scale;
  const nn::Scale twice_max = nn::Shifted(nn::IsLess(in0, in1) ? in1 : in0, 1);
  const nn::Scale shifted_out =
      nn::Shifted(operands.out.scale, 2 * nn::kSquaredDifferenceLeftShift);
  params.in[0] = nn::RequantFromRatio(in0, twice_max);
  params.in[1] = nn::RequantFromRatio(in1, twice_max);
  params.in_zero_point[0] = operands.in[0].zero_point;
  params.in_zero_point[1] = operands.in[1].zero_point;
  params.out_zero_point = operands.out.zero_point;
  return FactorOf(context, twice_max, twice_max, shifted_out, &params.out) ? kTfLiteOk
                                                                           : kTfLiteError;
}

void Eval(OpContext& context) {
  const SquaredDifferenceData& data = context.Params<SquaredDifferenceData>();
  nn::SquaredDifferenceS8(data.params, data.shape, context.InputData(0), context.InputData(1),
                          context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kSquaredDifference = {tflite::BuiltinOperator_SQUARED_DIFFERENCE,
                                            "SQUARED_DIFFERENCE", Prepare, Eval};

}  // namespace tflm
