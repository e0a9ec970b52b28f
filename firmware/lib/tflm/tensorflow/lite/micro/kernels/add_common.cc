#include "tensorflow/lite/micro/kernels/add_common.h"

namespace tflm {

TfLiteStatus PrepareAddOrSub(OpContext& context, nn::Activation s32_activation) {
  enum { kActivation = 0 };  // field of AddOptions and SubOptions
  BinaryOperands operands;
  bool s32;
  if (!ReadBinary(context, &operands, &s32)) {
    return kTfLiteError;
  }
  if (s32) {
    return PrepareS32(context, operands.shape, s32_activation);
  }
  AddData* const data = NewBinaryData<nn::AddParams>(context, operands.shape);
  if (!data) {
    return kTfLiteError;
  }
  nn::AddParams& params = data->params;
  const nn::Scale in0 = operands.in[0].scale;
  const nn::Scale in1 = operands.in[1].scale;
  const nn::Scale twice_max = nn::Shifted(nn::IsLess(in0, in1) ? in1 : in0, 1);
  const nn::Scale shifted_out = nn::Shifted(operands.out.scale, nn::kAddLeftShift);
  params.SetFactor(nn::AddParams::kInput0, nn::RequantFromRatio(in0, twice_max));
  params.SetFactor(nn::AddParams::kInput1, nn::RequantFromRatio(in1, twice_max));
  params.SetFactor(nn::AddParams::kOutput, nn::RequantFromRatio(twice_max, shifted_out));
  if (params.shift[nn::AddParams::kOutput] > 0) {
    return context.Fail("needs an output scale above 2^-19 of the larger input scale");
  }
  nn::ActivationRange range;
  if (!FusedRange(context, kActivation, operands.out, &range)) {
    return kTfLiteError;
  }
  SetEnds(operands, range, &params);
  return kTfLiteOk;
}

}  // namespace tflm
