#include "tensorflow/lite/micro/kernels/s16.h"

#include "nn/requantize_s16.h"

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

bool ReadFilterScalesS16(const OpContext& context, const TensorInfo& filter, uint32_t channels,
                         nn::Scale in, nn::Scale out, ModelReader::Quantization* quantization) {
  if (!ReadFilterScales(context, filter, channels, in, out, quantization)) {
    return false;
  }
  const ModelReader::Vector scales = quantization->scales;
  for (uint32_t i = 0; i < scales.count; ++i) {
    const nn::Scale scale = nn::ScaleFromBits(context.reader().U32Inside(scales.pos + 4 * i));
    if (nn::RequantFromScales(in, scale, out).shift > nn::kMaxShiftS64) {
      context.Fail("needs an output scale above 2^-7 of the input's times the filter's");
      return false;
    }
  }
  return true;
}

bool CheckBiasS64(const OpContext& context, uint32_t i, uint32_t channels) {
  if (!context.HasInput(i)) {
    return true;
  }
  TensorInfo bias;
  if (!context.Input(i, &bias)) {
    return false;
  }
  if (bias.type != kTfLiteInt64 || bias.elements != channels) {
    context.Fail("needs an int64 bias with one value an output channel");
    return false;
  }
  return true;
}

const nn::Bias64* BiasS64(const OpContext& context, uint32_t i) {
  return context.HasInput(i) ? context.InputData<int64_t>(i) : nullptr;
}

ConvS16Data* PrepareConvS16(OpContext& context, uint32_t activation_field, const TensorInfo& filter,
                            uint32_t channels) {
  enum { kPadding = 0, kStrideW = 1, kStrideH = 2, kBias = 2 };
  const uint32_t dilation_w_field = activation_field + 1;
  const uint32_t dilation_h_field = activation_field + 2;
  EndsS16 ends;
  ModelReader::Quantization quantization;
  if (!ReadEndsS16(context, &ends) ||
      !ReadFilterScalesS16(context, filter, channels, ends.in, ends.out, &quantization) ||
      !CheckBiasS64(context, kBias, channels)) {
    return nullptr;
  }
  ConvS16Data* const data = context.NewParams<ConvS16Data>();
  if (!data) {
    return nullptr;
  }
  nn::ConvParams& shape = data->params.shape;
  const Window window{{Extent(context, filter, 1), context.OptionU32(kStrideH, 0),
                       context.OptionU32(dilation_h_field, 1)},
                      {Extent(context, filter, 2), context.OptionU32(kStrideW, 0),
                       context.OptionU32(dilation_w_field, 1)},
                      context.OptionU8(kPadding, kPaddingSame)};
  if (FillWindow(context, window, ends.input, ends.output, &shape) != kTfLiteOk) {
    return nullptr;
  }
  if (shape.out_c != channels) {
    context.Fail("the output's channels are not the filter's");
    return nullptr;
  }
  nn::ActivationRange range;
  if (!FusedRangeS16(context, activation_field, ends.out, &range)) {
    return nullptr;
  }
  data->params.out_min = static_cast<int16_t>(range.min);
  data->params.out_max = static_cast<int16_t>(range.max);
  data->filter_scales = quantization.scales.pos | (quantization.scales.count == 1 ? 1 : 0);
  return data;
}

nn::ChannelScales ScalesOf(const OpContext& context, const ConvS16Data& data, uint32_t input) {
  const uint32_t one_for_all = data.filter_scales & 1;
  return nn::ChannelScales{context.ModelData<uint32_t>(data.filter_scales - one_for_all),
                           1 - one_for_all, ScaleOfTensor(context, context.InputIndex(input)),
                           ScaleOfTensor(context, context.OutputIndex(0))};
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
