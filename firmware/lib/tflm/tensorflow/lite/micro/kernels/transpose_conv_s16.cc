#include "nn/transpose_conv_s16.h"

#include <utility>

#include "tensorflow/lite/micro/kernels/conv_common_s16.h"

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

TfLiteStatus Prepare(OpContext& context) {
  EndsS16 ends;
  TensorInfo filter;
  if (!ReadEndsS16(context, &ends, kInput) || !context.Input(kFilter, &filter)) {
    return kTfLiteError;
  }
  if (filter.shape.count != 4) {
    return context.Fail("needs a 4-D filter");
  }
  const uint32_t channels = Extent(context, filter, 0);
  ModelReader::Quantization quantization;
  if (!ReadFilterScalesS16(context, filter, channels, ends.in, ends.out, &quantization) ||
      !CheckBiasS64(context, kBias, channels)) {
    return kTfLiteError;
  }
  ConvS16Data* const data = context.NewParams<ConvS16Data>();
  if (!data) {
    return kTfLiteError;
  }
  nn::ConvParams& shape = data->params.shape;
  Window window;
  window.y = WindowAxis{Extent(context, filter, 1), context.OptionU32(kStrideH, 0), 1};
  window.x = WindowAxis{Extent(context, filter, 2), context.OptionU32(kStrideW, 0), 1};
  window.padding = context.OptionU8(kPadding, kPaddingSame);
  // The op is the transpose of the convolution that leads from its output to its input.
  if (FillWindow(context, window, ends.output, ends.input, &shape) != kTfLiteOk) {
    return kTfLiteError;
  }
  std::swap(shape.in_h, shape.out_h);
  std::swap(shape.in_w, shape.out_w);
  std::swap(shape.in_c, shape.out_c);
  shape.filter_c = shape.in_c;
  if (shape.out_c != channels || shape.in_c != Extent(context, filter, 3)) {
    return context.Fail("the channels of input, filter and output do not fit");
  }
  nn::ActivationRange range;
  if (!FusedRangeS16(context, kActivation, ends.out, &range)) {
    return kTfLiteError;
  }
  data->params.out_min = static_cast<int16_t>(range.min);
  data->params.out_max = static_cast<int16_t>(range.max);
  data->filter_scales = quantization.scales.pos | (quantization.scales.count == 1 ? 1 : 0);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const ConvS16Data& data = context.Params<ConvS16Data>();
  nn::TransposeConvS16(data.params, ScalesOf(context, data, kInput),
                       context.InputData<int16_t>(kInput), context.InputData(kFilter),
                       BiasS64(context, kBias), context.OutputData<int16_t>(0));
}

}  // namespace

MCUFORGE_EITHER_FORM(TRANSPOSE_CONV, TransposeConv, Prepare, Eval)

}  // namespace tflm
