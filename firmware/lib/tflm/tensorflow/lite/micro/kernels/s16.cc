#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

TfLiteType TypeOf(const OpContext& context, int32_t index) {
  TensorInfo info;
  return context.graph().ReadTensor(index, &info) ? info.type : kTfLiteNoType;
}

}  // namespace

bool IsS16(const OpContext& context) {
  return context.OutputCount() != 0 && TypeOf(context, context.OutputIndex(0)) == kTfLiteInt16 &&
         context.HasInput(0) && TypeOf(context, context.InputIndex(0)) != kTfLiteInt8;
}

bool ReadScaleS16(const OpContext& context, const TensorInfo& info, nn::Scale* scale) {
  ModelReader::Quantization read;
  context.reader().ReadQuantization(info, &read);
  const uint32_t bits = context.reader().U32Inside(read.scales.pos);
  if (info.type != kTfLiteInt16 || read.scales.count != 1 || bits == 0 || !nn::IsValidScale(bits) ||
      context.reader().ZeroPoint(read) != 0) {
    context.Fail("needs an int16 tensor with one scale and zero point 0");
    return false;
  }
  *scale = nn::ScaleFromBits(bits);
  return true;
}

bool ReadEndsS16(const OpContext& context, EndsS16* ends, uint32_t i) {
  return context.Input(i, &ends->input) && context.Output(0, &ends->output) &&
         ReadScaleS16(context, ends->input, &ends->in) &&
         ReadScaleS16(context, ends->output, &ends->out);
}

bool FusedRangeS16(const OpContext& context, uint32_t field, nn::Scale out,
                   nn::ActivationRange* range) {
  const auto activation = static_cast<nn::Activation>(context.OptionU8(field, 0));
  if (activation > nn::Activation::kRelu && nn::IsLess(out, nn::MakeScale(1, -28))) {
    context.Fail("needs an output scale of at least 2^-28 for its activation");
    return false;
  }
  *range = nn::ActivationRangeOf(activation, out, 0, INT16_MAX);
  return true;
}

bool ReadUnaryS16(OpContext& context, EndsS16* ends) {
  if (!ReadEndsS16(context, ends)) {
    return false;
  }
  if (ends->input.elements != ends->output.elements) {
    context.Fail("input and output differ in shape");
    return false;
  }
  context.AllowInPlace(0);
  return true;
}

bool ReadBinaryS16(OpContext& context, BinaryOperandsS16* operands) {
  TensorInfo input[2];
  TensorInfo output;
  if (!context.Input(0, &input[0]) || !context.Input(1, &input[1]) || !context.Output(0, &output) ||
      !ReadScaleS16(context, input[0], &operands->in[0]) ||
      !ReadScaleS16(context, input[1], &operands->in[1]) ||
      !ReadScaleS16(context, output, &operands->out) ||
      !FillBroadcast(context, input[0], input[1], output, &operands->shape)) {
    return false;
  }
  for (uint32_t i = 0; i < 2; ++i) {
    if (input[i].elements == output.elements && input[i].data == 0) {
      context.AllowInPlace(i);
    }
  }
  return true;
}

}  // namespace tflm
