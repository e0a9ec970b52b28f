#include "nn/transpose_conv_s8.h"
#include "tensorflow/lite/micro/kernels/conv_common.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/transpose_conv_common.h"

namespace tflm {
namespace {

bool CheckTransposeBias(const OpContext& context, uint32_t channels) {
  if (!context.HasInput(kTransposeBias)) {
    return true;
  }
  TensorInfo bias;
  return context.Input(kTransposeBias, &bias) && bias.type == kTfLiteInt32 &&
         bias.elements == channels;
}

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo filter;
  TensorInfo output;
  QuantizedS8 in;
  QuantizedS8 out;
  if (!context.Input(kTransposeFilter, &filter) || !context.Input(kTransposeInput, &input) ||
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
  if (!FillTransposed(context, input, filter, output, &params)) {
    return kTfLiteError;
  }
  nn::ActivationRange range;
  if (!FusedRange(context, kTransposeActivation, out, &range)) {
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
  nn::TransposeConvS8(
      data.params, ScalesOf(context, data, kTransposeInput), context.InputData(kTransposeInput),
      context.InputData(kTransposeFilter),
      context.HasInput(kTransposeBias) ? context.InputData<int32_t>(kTransposeBias) : nullptr,
      context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kTransposeConv = {tflite::BuiltinOperator_TRANSPOSE_CONV, "TRANSPOSE_CONV",
                                        Prepare, Eval};

}  // namespace tflm
