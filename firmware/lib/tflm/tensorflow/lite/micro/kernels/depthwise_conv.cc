#include "nn/depthwise_conv_s8.h"
#include "tensorflow/lite/micro/kernels/conv_common.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

enum { kMultiplier = 3, kActivation = 4 };  // fields of DepthwiseConv2DOptions

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo filter;
  if (!context.Input(1, &filter)) {
    return kTfLiteError;
  }
  if (filter.shape.count != 4 || Extent(context, filter, 0) != 1) {
    return context.Fail("needs a filter of shape [1, height, width, channels]");
  }
  ConvData* const data = PrepareConv(context, kActivation, filter, Extent(context, filter, 3));
  if (!data) {
    return kTfLiteError;
  }
  nn::ConvParams& params = data->params;
  if (params.in_c * context.OptionU32(kMultiplier, 0) != params.out_c) {
    return context.Fail("the output's channels are not the input's times the depth multiplier");
  }
  params.filter_c = static_cast<uint16_t>(params.out_c / params.in_c);
  context.RequestScratch(nn::DepthwiseConvS8ScratchBytes(params, nn::TargetIsa()));
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const ConvData& data = context.Params<ConvData>();
  nn::DepthwiseConvS8(data.params, ScalesOf(context, data), context.InputData(0),
                      context.InputData(1), BiasOf(context), context.OutputData(0),
                      context.Scratch());
}

}  // namespace

const OpDef int8_ops::kDepthwiseConv2D = {tflite::BuiltinOperator_DEPTHWISE_CONV_2D,
                                          "DEPTHWISE_CONV_2D", Prepare, Eval};

}  // namespace tflm
