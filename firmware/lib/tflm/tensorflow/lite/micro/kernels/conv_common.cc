#include "tensorflow/lite/micro/kernels/conv_common.h"

#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

bool CheckBias(const OpContext& context, uint32_t channels) {
  if (!context.HasInput(2)) {
    return true;
  }
  TensorInfo bias;
  if (!context.Input(2, &bias)) {
    return false;
  }
  if (bias.type != kTfLiteInt32 || bias.elements != channels) {
    context.Fail("needs an int32 bias with one value an output channel");
    return false;
  }
  return true;
}

ConvData* PrepareConv(OpContext& context, const ConvOptions& options, const TensorInfo& filter,
                      uint32_t channels) {
  EndsS8 ends;
  ModelReader::Quantization quantization;
  if (!ReadEndsS8(context, &ends) || !ReadFilterScales(context, filter, channels, &quantization) ||
      !CheckBias(context, channels)) {
    return nullptr;
  }
  const uint32_t kernel_h = Extent(context, filter, 1);
  const uint32_t kernel_w = Extent(context, filter, 2);
  if ((kernel_h | kernel_w | options.stride_h | options.stride_w | options.dilation_h |
       options.dilation_w) > UINT16_MAX) {
    context.Fail("kernel, stride or dilation out of range");
    return nullptr;
  }
  ConvData* const data = context.NewParams<ConvData>();
  if (!data) {
    return nullptr;
  }
  nn::ConvParams& params = data->params;
  params.kernel_h = static_cast<uint16_t>(kernel_h);
  params.kernel_w = static_cast<uint16_t>(kernel_w);
  params.stride_h = static_cast<uint16_t>(options.stride_h);
  params.stride_w = static_cast<uint16_t>(options.stride_w);
  params.dilation_h = static_cast<uint16_t>(options.dilation_h);
  params.dilation_w = static_cast<uint16_t>(options.dilation_w);
  if (FillWindow(context, options.padding, ends.input, ends.output, &params) != kTfLiteOk) {
    return nullptr;
  }
  if (params.out_c != channels) {
    context.Fail("the output's channels are not the filter's");
    return nullptr;
  }
  const nn::ActivationRange range = nn::ActivationRangeS8(
      static_cast<nn::Activation>(options.activation), ends.out.scale, ends.out.zero_point);
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
