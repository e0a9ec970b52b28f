#include "tensorflow/lite/micro/kernels/arithmetic_s32.h"

namespace tflm {
namespace {

using S32Data = BinaryData<nn::ArithmeticParams>;

}  // namespace

TfLiteStatus PrepareS32(OpContext& context, const nn::Broadcast& shape, nn::Activation activation) {
  S32Data* const data = NewBinaryData<nn::ArithmeticParams>(context, shape);
  if (!data) {
    return kTfLiteError;
  }
  data->is_s32 = 1;
  data->params = nn::ArithmeticParams{INT32_MIN, INT32_MAX};
  switch (activation) {
    case nn::Activation::kRelu:
      data->params.out_min = 0;
      break;
    case nn::Activation::kReluN1To1:
      data->params = nn::ArithmeticParams{-1, 1};
      break;
    case nn::Activation::kRelu6:
      data->params = nn::ArithmeticParams{0, 6};
      break;
    default:
      break;
  }
  return kTfLiteOk;
}

bool EvalS32(OpContext& context, nn::Arithmetic op) {
  const S32Data& data = context.Params<S32Data>();
  if (!data.is_s32) {
    return false;
  }
  nn::ArithmeticS32(op, data.params, data.shape, context.InputData<int32_t>(0),
                    context.InputData<int32_t>(1), context.OutputData<int32_t>(0));
  return true;
}

}  // namespace tflm
