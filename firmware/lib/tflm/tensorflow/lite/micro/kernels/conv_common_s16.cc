#include "tensorflow/lite/micro/kernels/conv_common_s16.h"

namespace tflm {

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

}  // namespace tflm
