#include "nn/conv_s8.h"
#include "tensorflow/lite/micro/kernels/conv_common.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

constexpr uint32_t kActivation = 3;  // field of Conv2DOptions

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo filter;
  if (!context.Input(1, &filter)) {
    return kTfLiteError;
  }
  if (filter.shape.count != 4) {
    return context.Fail("needs a 4-D filter");
  }
  ConvData* const data = PrepareConv(context, kActivation, filter, Extent(context, filter, 0));
  if (!data) {
    return kTfLiteError;
  }
  nn::ConvParams& params = data->params;
  const uint32_t filter_c = Extent(context, filter, 3);
  const uint32_t groups = params.in_c / filter_c;
  if (groups == 0 || params.in_c % filter_c != 0 || params.out_c % groups != 0) {
    return context.Fail("the input's channels are no multiple of the filter's");
  }
  params.filter_c = static_cast<uint16_t>(filter_c);
  context.RequestScratch(nn::ConvS8ScratchBytes(params, nn::TargetIsa()));
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const ConvData& data = context.Params<ConvData>();
  nn::ConvS8(data.params, ScalesOf(context, data), context.InputData(0), context.InputData(1),
             BiasOf(context), context.OutputData(0), context.Scratch());
}

}  // namespace

const OpDef int8_ops::kConv2D = {tflite::BuiltinOperator_CONV_2D, "CONV_2D", Prepare, Eval};

}  // namespace tflm
