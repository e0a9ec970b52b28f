#include "tensorflow/lite/micro/kernels/sigmoid_common.h"

namespace tflm {

TfLiteStatus PrepareSigmoid(OpContext& context, const UnaryOperands& operands) {
  nn::SigmoidParams* const params = context.NewParams<nn::SigmoidParams>();
  if (!params) {
    return kTfLiteError;
  }
  constexpr int32_t kFractionBits = 27;  // of Q4.27
  nn::Scale scale = operands.in.scale;
  scale.exponent += kFractionBits;
  params->input = nn::RequantFromScale(scale);
  if (params->input.multiplier == 0 || params->input.shift < 0) {
    return context.Fail("needs an input scale of at least 2^-28");
  }
  // Below this the argument does not leave Q4.27: floor(15 * 2^27 / 2^shift).
  params->radius = INT32_C(15) << kFractionBits >> params->input.shift;
  params->count = operands.count;
  params->in_zero_point = operands.in.zero_point;
  return kTfLiteOk;
}

}  // namespace tflm
