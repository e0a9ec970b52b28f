#include <utility>

#include "nn/transpose_conv_s8.h"
#include "tensorflow/lite/micro/kernels/conv_common.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

// Inputs. Input 0 holds the output's shape, which stands in the model already.
enum { kFilter = 1, kInput = 2, kBias = 3 };

enum {
  kPadding = 0,
  kStrideW = 1,
  kStrideH = 2,
  kActivation = 3
};  // fields of TransposeConvOptions

bool CheckTransposeBias(const OpContext& context, uint32_t channels) {
  if (!context.HasInput(kBias)) {
    return true;
  }
  TensorInfo bias;
  return context.Input(kBias, &bias) && bias.type == kTfLiteInt32 && bias.elements == channels;
}

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo filter;
  TensorInfo output;
  QuantizedS8 in;
  QuantizedS8 out;
  if (!context.Input(kFilter, &filter) || !context.Input(kInput, &input) ||
      !context.Output(0, &output) || !ReadQuantizedS8(context, input, &in) ||
      !ReadQuantizedS8(context, output, &out)) {
    return kTfLiteError;
  }
  if (filter.shape.count != 4) {
    return context.Fail("needs a 4-D filter");
  }
  const uint32_t channels = Extent(context, filter, 0);
  ModelReader::Quantization quantization;
  if (!ReadFilterScales(context, filter, channels, in.scale, out.scale, &quantization)) {
    return kTfLiteError;
  }
  if (!CheckTransposeBias(context, channels)) {
    return context.Fail("needs an int32 bias with one value an output channel");
  }
  ConvData* const data = context.NewParams<ConvData>();
  if (!data) {
    return kTfLiteError;
  }
  nn::ConvParams& params = data->params;
  Window window;
  window.y = WindowAxis{Extent(context, filter, 1), context.OptionU32(kStrideH, 0), 1};
  window.x = WindowAxis{Extent(context, filter, 2), context.OptionU32(kStrideW, 0), 1};
  window.padding = context.OptionU8(kPadding, kPaddingSame);
  // The op is the transpose of the convolution that leads from its output to its input.
  if (FillWindow(context, window, output, input, &params) != kTfLiteOk) {
    return kTfLiteError;
  }
  std::swap(params.in_h, params.out_h);
  std::swap(params.in_w, params.out_w);
  std::swap(params.in_c, params.out_c);
  params.filter_c = params.in_c;
  if (params.out_c != channels || params.in_c != Extent(context, filter, 3)) {
    return context.Fail("the channels of input, filter and output do not fit");
  }
  nn::ActivationRange range;
  if (!FusedRange(context, kActivation, out, &range)) {
    return kTfLiteError;
  }
  params.in_zero_point = in.zero_point;
  params.out_zero_point = out.zero_point;
  params.out_min = static_cast<int8_t>(range.min);
  params.out_max = static_cast<int8_t>(range.max);
  data->filter_scales = quantization.scales.pos | (quantization.scales.count == 1 ? 1 : 0);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const ConvData& data = context.Params<ConvData>();
  nn::TransposeConvS8(data.params, ScalesOf(context, data, kInput), context.InputData(kInput),
                      context.InputData(kFilter),
                      context.HasInput(kBias) ? context.InputData<int32_t>(kBias) : nullptr,
                      context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kTransposeConv = {tflite::BuiltinOperator_TRANSPOSE_CONV, "TRANSPOSE_CONV",
                                        Prepare, Eval};

}  // namespace tflm
