#include "tensorflow/lite/micro/kernels/conv_common.h"

#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

bool CheckBias(const OpContext& context, uint32_t channels, TensorInfo* bias) {
  if (!context.HasInput(2)) {
    return true;
  }
  if (!context.Input(2, bias)) {
    return false;
  }
  if (bias->type != kTfLiteInt32 || bias->elements != channels) {
    context.Fail("needs an int32 bias with one value an output channel");
    return false;
  }
  return true;
}

ConvData* PrepareConv(OpContext& context, uint32_t activation_field, const TensorInfo& filter,
                      uint32_t channels) {
  enum { kPadding = 0, kStrideW = 1, kStrideH = 2 };
  const uint32_t dilation_w_field = activation_field + 1;
  const uint32_t dilation_h_field = activation_field + 2;
  EndsS8 ends;
  TensorInfo bias;
  ModelReader::Quantization quantization;
  if (!ReadEndsS8(context, &ends) ||
      !ReadFilterScales(context, filter, channels, ends.in.scale, ends.out.scale, &quantization) ||
      !CheckBias(context, channels, &bias)) {
    return nullptr;
  }
  ConvData* const data = context.NewParams<ConvData>();
  if (!data) {
    return nullptr;
  }
  nn::ConvParams& params = data->params;
  const Window window{{Extent(context, filter, 1), context.OptionU32(kStrideH, 0),
                       context.OptionU32(dilation_h_field, 1)},
                      {Extent(context, filter, 2), context.OptionU32(kStrideW, 0),
                       context.OptionU32(dilation_w_field, 1)},
                      context.OptionU8(kPadding, kPaddingSame)};
  if (FillWindow(context, window, ends.input, ends.output, &params) != kTfLiteOk) {
    return nullptr;
  }
  if (params.out_c != channels) {
    context.Fail("the output's channels are not the filter's");
    return nullptr;
  }
  nn::ActivationRange range;
  if (!FusedRange(context, activation_field, ends.out, &range)) {
    return nullptr;
  }
  params.in_zero_point = ends.in.zero_point;
  params.out_zero_point = ends.out.zero_point;
  params.out_min = static_cast<int8_t>(range.min);
  params.out_max = static_cast<int8_t>(range.max);
  data->filter_scales = quantization.scales.pos | (quantization.scales.count == 1 ? 1 : 0);
  return data;
}

nn::ChannelScales ScalesOf(const OpContext& context, const ConvData& data, uint32_t input) {
  const uint32_t one_for_all = data.filter_scales & 1;
  return nn::ChannelScales{context.ModelData<uint32_t>(data.filter_scales - one_for_all),
                           1 - one_for_all, ScaleOfTensor(context, context.InputIndex(input)),
                           ScaleOfTensor(context, context.OutputIndex(0))};
}

const int32_t* BiasOf(const OpContext& context) {
  return context.HasInput(2) ? context.InputData<int32_t>(2) : nullptr;
}

}  // namespace tflm
