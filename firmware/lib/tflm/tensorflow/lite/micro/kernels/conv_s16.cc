#include "nn/conv_s16.h"

#include "tensorflow/lite/micro/kernels/conv_common_s16.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/float_conv.h"

namespace tflm {
namespace {

enum { kActivation = 3 };  // field of Conv2DOptions
enum { kBias = 2 };        // input

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo filter;
  if (!context.Input(1, &filter)) {
    return kTfLiteError;
  }
  if (filter.shape.count != 4) {
    return context.Fail("needs a 4-D filter");
  }
  ConvS16Data* const data =
      PrepareConvS16(context, kActivation, filter, Extent(context, filter, 0));
  if (!data) {
    return kTfLiteError;
  }
  nn::ConvParams& shape = data->params.shape;
  const uint32_t filter_c = Extent(context, filter, 3);
  const uint32_t groups = shape.in_c / filter_c;
  if (groups == 0 || shape.in_c % filter_c != 0 || shape.out_c % groups != 0) {
    return context.Fail("the input's channels are no multiple of the filter's");
  }
  shape.filter_c = static_cast<uint16_t>(filter_c);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const ConvS16Data& data = context.Params<ConvS16Data>();
  nn::ConvS16(data.params, ScalesOf(context, data), context.InputData<int16_t>(0),
              context.InputData(1), BiasS64(context, kBias), context.OutputData<int16_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(CONV_2D, Conv2D, Prepare, Eval, PrepareFloatConv, EvalFloatConv)

}  // namespace tflm
