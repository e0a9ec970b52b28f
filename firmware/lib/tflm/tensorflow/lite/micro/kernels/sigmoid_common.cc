#include "tensorflow/lite/micro/kernels/sigmoid_common.h"

namespace tflm {

TfLiteStatus PrepareSigmoid(OpContext& context, const UnaryOperands& operands) {
  SigmoidData* const data = context.NewParams<SigmoidData>();
  if (!data) {
    return kTfLiteError;
  }
  constexpr int32_t kFractionBits = 27;  // of Q4.27
  data->params.input = nn::RequantFromScale(nn::Shifted(operands.in.scale, kFractionBits));
  if (data->params.input.multiplier == 0 || data->params.input.shift < 0) {
    return context.Fail("needs an input scale of at least 2^-28");
  }
  // Below this the argument does not leave Q4.27: floor(15 * 2^27 / 2^shift).
  data->params.radius = INT32_C(15) << kFractionBits >> data->params.input.shift;
  data->count = operands.count;
  data->params.in_zero_point = operands.in.zero_point;
  return kTfLiteOk;
}

}  // namespace tflm
