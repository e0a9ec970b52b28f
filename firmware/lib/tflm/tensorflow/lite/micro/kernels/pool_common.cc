#include "tensorflow/lite/micro/kernels/pool_common.h"

#include "nn/pool_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

// Fields of Pool2DOptions.
enum { kPadding = 0, kStrideW = 1, kStrideH = 2, kFilterW = 3, kFilterH = 4, kActivation = 5 };

}  // namespace

TfLiteStatus PreparePool(OpContext& context) {
  EndsS8 ends;
  if (!ReadEndsS8(context, &ends)) {
    return kTfLiteError;
  }
  const uint32_t stride_h = context.OptionU32(kStrideH, 0);
  const uint32_t stride_w = context.OptionU32(kStrideW, 0);
  const uint32_t filter_h = context.OptionU32(kFilterH, 0);
  const uint32_t filter_w = context.OptionU32(kFilterW, 0);
  if ((stride_h | stride_w | filter_h | filter_w) > UINT16_MAX) {
    return context.Fail("filter or stride out of range");
  }
  nn::ConvParams* const params = context.NewParams<nn::ConvParams>();
  if (!params) {
    return kTfLiteError;
  }
  params->kernel_h = static_cast<uint16_t>(filter_h);
  params->kernel_w = static_cast<uint16_t>(filter_w);
  params->stride_h = static_cast<uint16_t>(stride_h);
  params->stride_w = static_cast<uint16_t>(stride_w);
  params->dilation_h = params->dilation_w = 1;
  if (FillWindow(context, context.OptionU8(kPadding, kPaddingSame), ends.input, ends.output,
                 params) != kTfLiteOk) {
    return kTfLiteError;
  }
  if (params->in_c != params->out_c) {
    return context.Fail("input and output have different numbers of channels");
  }
  const nn::ActivationRange range =
      nn::ActivationRangeS8(static_cast<nn::Activation>(context.OptionU8(kActivation, 0)),
                            ends.out.scale, ends.out.zero_point);
  params->out_min = static_cast<int8_t>(range.min);
  params->out_max = static_cast<int8_t>(range.max);
  return kTfLiteOk;
}

}  // namespace tflm
