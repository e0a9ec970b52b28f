#include "nn/log_softmax_s8.h"
#include "nn/scale.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  QuantizedS8 in;
  QuantizedS8 out;
  if (!context.Input(0, &input) || !context.Output(0, &output) ||
      !ReadQuantizedS8(context, input, &in) || !ReadQuantizedS8(context, output, &out)) {
    return kTfLiteError;
  }
  if (input.shape.count == 0 || !SameShape(context, input, output)) {
    return context.Fail("input and output differ in shape");
  }
  if (out.zero_point != 127 || !nn::IsEqual(out.scale, nn::MakeScale(1, -4))) {
    return context.Fail("needs an output scale of 1/16 and zero point of 127");
  }
  nn::LogSoftmaxParams* const params = context.NewParams<nn::LogSoftmaxParams>();
  if (!params) {
    return kTfLiteError;
  }
  constexpr uint32_t kMaxDepth = 4095;
  const uint32_t last = input.shape.count - 1;
  params->depth = Extent(context, input, last);
  params->rows = 1;
  for (uint32_t axis = 0; axis < last; ++axis) {
    params->rows *= Extent(context, input, axis);
  }
  if (params->depth > kMaxDepth) {
    return context.Fail("takes at most 4095 elements a row");
  }
  params->input = nn::RequantFromScale(nn::Shifted(in.scale, 26));  // Q5.26
  params->reverse = params->input.shift > 0 ? nn::ReverseRequant(params->input) : params->input;
  if (params->reverse.shift > 0 || params->input.shift <= 0) {
    return context.Fail("needs an input scale above 2^-26");
  }
  // Below this the argument would leave Q5.26: floor(31 * 2^26 / 2^shift).
  params->diff_min = -(INT32_C(31) << 26 >> params->input.shift);
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::LogSoftmaxS8(context.Params<nn::LogSoftmaxParams>(), context.InputData(0),
                   context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kLogSoftmax = {tflite::BuiltinOperator_LOG_SOFTMAX, "LOG_SOFTMAX", Prepare,
                                     Eval};

}  // namespace tflm
