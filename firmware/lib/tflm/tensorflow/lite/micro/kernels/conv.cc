#include "nn/conv_s8.h"
#include "tensorflow/lite/micro/kernels/conv_common.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

// Fields of Conv2DOptions.
enum { kPadding = 0, kStrideW = 1, kStrideH = 2, kActivation = 3, kDilationW = 4, kDilationH = 5 };

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo filter;
  if (!context.Input(1, &filter)) {
    return kTfLiteError;
  }
  if (filter.shape.count != 4) {
    return context.Fail("needs a 4-D filter");
  }
  const Window window{{Extent(context, filter, 1), context.OptionU32(kStrideH, 0),
                       context.OptionU32(kDilationH, 1)},
                      {Extent(context, filter, 2), context.OptionU32(kStrideW, 0),
                       context.OptionU32(kDilationW, 1)},
                      context.OptionU8(kPadding, kPaddingSame)};
  ConvData* const data = PrepareConv(context, window, context.OptionU8(kActivation, 0), filter,
                                     Extent(context, filter, 0));
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

const OpDef ops::kConv2D = {tflite::BuiltinOperator_CONV_2D, "CONV_2D", Prepare, Eval};

}  // namespace tflm
