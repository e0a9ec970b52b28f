#include "tensorflow/lite/micro/kernels/pool_common.h"

#include "nn/pool_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

// Fields of Pool2DOptions.
enum { kPadding = 0, kStrideW = 1, kStrideH = 2, kFilterW = 3, kFilterH = 4 };

}  // namespace

TfLiteStatus FillPool(OpContext& context, const TensorInfo& input, const TensorInfo& output,
                      nn::ConvParams* params) {
  Window window;
  window.y = WindowAxis{context.OptionU32(kFilterH, 0), context.OptionU32(kStrideH, 0), 1};
  window.x = WindowAxis{context.OptionU32(kFilterW, 0), context.OptionU32(kStrideW, 0), 1};
  window.padding = context.OptionU8(kPadding, kPaddingSame);
  if (FillWindow(context, window, input, output, params) != kTfLiteOk) {
    return kTfLiteError;
  }
  if (params->in_c != params->out_c) {
    return context.Fail("input and output have different numbers of channels");
  }
  return kTfLiteOk;
}

TfLiteStatus PreparePool(OpContext& context) {
  EndsS8 ends;
  if (!ReadEndsS8(context, &ends)) {
    return kTfLiteError;
  }
  if (ends.in.zero_point != ends.out.zero_point || !nn::IsEqual(ends.in.scale, ends.out.scale)) {
    return context.Fail("needs one scale and zero point for input and output");
  }
  nn::ConvParams* const params = context.NewParams<nn::ConvParams>();
  if (!params || FillPool(context, ends.input, ends.output, params) != kTfLiteOk) {
    return kTfLiteError;
  }
  nn::ActivationRange range;
  if (!FusedRange(context, kPoolActivation, ends.out, &range)) {
    return kTfLiteError;
  }
  params->out_min = static_cast<int8_t>(range.min);
  params->out_max = static_cast<int8_t>(range.max);
  return kTfLiteOk;
}

}  // namespace tflm
