#include "nn/depthwise_conv_s16.h"

#include "tensorflow/lite/micro/kernels/conv_common_s16.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/float_conv.h"

namespace tflm {
namespace {

enum { kMultiplier = 3, kActivation = 4 };  // fields of DepthwiseConv2DOptions
enum { kBias = 2 };                         // input

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo filter;
  if (!context.Input(1, &filter)) {
    return kTfLiteError;
  }
  if (filter.shape.count != 4 || Extent(context, filter, 0) != 1) {
    return context.Fail("needs a filter of shape [1, height, width, channels]");
  }
  ConvS16Data* const data =
      PrepareConvS16(context, kActivation, filter, Extent(context, filter, 3));
  if (!data) {
    return kTfLiteError;
  }
  nn::ConvParams& shape = data->params.shape;
  if (shape.in_c * context.OptionU32(kMultiplier, 0) != shape.out_c) {
    return context.Fail("the output's channels are not the input's times the depth multiplier");
  }
  shape.filter_c = static_cast<uint16_t>(shape.out_c / shape.in_c);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const ConvS16Data& data = context.Params<ConvS16Data>();
  nn::DepthwiseConvS16(data.params, ScalesOf(context, data), context.InputData<int16_t>(0),
                       context.InputData(1), BiasS64(context, kBias),
                       context.OutputData<int16_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(DEPTHWISE_CONV_2D, DepthwiseConv2D, Prepare, Eval, PrepareFloatDepthwiseConv,
                  EvalFloatConv)

}  // namespace tflm
