#include "nn/transpose_conv_s16.h"

#include "nn/float_transpose_conv.h"
#include "tensorflow/lite/micro/kernels/conv_common_s16.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/transpose_conv_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  EndsS16 ends;
  TensorInfo filter;
  if (!ReadEndsS16(context, &ends, kTransposeInput) || !context.Input(kTransposeFilter, &filter)) {
    return kTfLiteError;
  }
  if (filter.shape.count != 4) {
    return context.Fail("needs a 4-D filter");
  }
  const uint32_t channels = Extent(context, filter, 0);
  ModelReader::Quantization quantization;
  if (!ReadFilterScalesS16(context, filter, channels, ends.in, ends.out, &quantization) ||
      !CheckBiasS64(context, kTransposeBias, channels)) {
    return kTfLiteError;
  }
  ConvS16Data* const data = context.NewParams<ConvS16Data>();
  if (!data) {
    return kTfLiteError;
  }
  nn::ConvParams& shape = data->params.shape;
  if (!FillTransposed(context, ends.input, filter, ends.output, &shape)) {
    return kTfLiteError;
  }
  nn::ActivationRange range;
  if (!FusedRangeS16(context, kTransposeActivation, ends.out, &range)) {
    return kTfLiteError;
  }
  data->params.out_min = static_cast<int16_t>(range.min);
  data->params.out_max = static_cast<int16_t>(range.max);
  data->filter_scales = quantization.scales.pos | (quantization.scales.count == 1 ? 1 : 0);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const ConvS16Data& data = context.Params<ConvS16Data>();
  nn::TransposeConvS16(data.params, ScalesOf(context, data, kTransposeInput),
                       context.InputData<int16_t>(kTransposeInput),
                       context.InputData(kTransposeFilter), BiasS64(context, kTransposeBias),
                       context.OutputData<int16_t>(0));
}

// ---- float32

TfLiteStatus PrepareFloatTransposeConv(OpContext& context) {
  TensorInfo input;
  TensorInfo filter;
  TensorInfo output;
  TensorInfo bias;
  const bool has_bias = context.HasInput(kTransposeBias);
  if (!ReadEndsF32(context, &input, &output, kTransposeInput) ||
      !ReadEndsF32(context, &filter, &output, kTransposeFilter) ||
      (has_bias && !ReadEndsF32(context, &bias, &output, kTransposeBias))) {
    return kTfLiteError;
  }
  nn::FloatTransposeConvParams* const params = context.NewParams<nn::FloatTransposeConvParams>();
  if (!params || !FillTransposed(context, input, filter, output, &params->shape)) {
    return kTfLiteError;
  }
  if (has_bias && bias.elements != params->shape.out_c) {
    return context.Fail("needs a bias with one value an output channel");
  }
  const RangeF32 range = FusedRangeF32(context, kTransposeActivation);
  params->low = range.low;
  params->high = range.high;
  return kTfLiteOk;
}

void EvalFloatTransposeConv(OpContext& context) {
  nn::FloatTransposeConv(
      context.Params<nn::FloatTransposeConvParams>(), context.InputData<uint32_t>(kTransposeInput),
      context.InputData<uint32_t>(kTransposeFilter),
      context.HasInput(kTransposeBias) ? context.InputData<uint32_t>(kTransposeBias) : nullptr,
      context.OutputData<uint32_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(TRANSPOSE_CONV, TransposeConv, Prepare, Eval, PrepareFloatTransposeConv,
                  EvalFloatTransposeConv)

}  // namespace tflm
