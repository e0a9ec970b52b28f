#include "tensorflow/lite/micro/kernels/float_conv.h"

#include "nn/float_conv.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

struct Operands {
  TensorInfo input, filter, output;
  bool has_bias;
  TensorInfo bias;
};

// False, with a message, if one is no float32.
bool ReadOperands(const OpContext& context, Operands* operands) {
  if (!ReadEndsF32(context, &operands->input, &operands->output) ||
      !context.Input(1, &operands->filter)) {
    return false;
  }
  operands->has_bias = context.HasInput(2);
  if (operands->has_bias && !context.Input(2, &operands->bias)) {
    return false;
  }
  if (operands->filter.type != kTfLiteFloat32 ||
      (operands->has_bias && operands->bias.type != kTfLiteFloat32)) {
    context.Fail("needs a float32 filter and bias");
    return false;
  }
  return true;
}

bool BiasFits(const OpContext& context, const Operands& operands, uint32_t channels) {
  if (operands.has_bias && operands.bias.elements != channels) {
    context.Fail("needs a bias with one value an output channel");
    return false;
  }
  return true;
}

// With shape and range filled in; null, with a message, where they do not fit. channels: the
// filter's. activation_field: of the options; the dilations follow it.
nn::FloatConvParams* NewFloatConv(OpContext& context, const Operands& operands, uint32_t channels,
                                  uint32_t activation_field) {
  enum { kPadding = 0, kStrideW = 1, kStrideH = 2 };
  nn::FloatConvParams* const params = context.NewParams<nn::FloatConvParams>();
  const Window window{{Extent(context, operands.filter, 1), context.OptionU32(kStrideH, 0),
                       context.OptionU32(activation_field + 2, 1)},
                      {Extent(context, operands.filter, 2), context.OptionU32(kStrideW, 0),
                       context.OptionU32(activation_field + 1, 1)},
                      context.OptionU8(kPadding, kPaddingSame)};
  if (!params || !BiasFits(context, operands, channels) ||
      FillWindow(context, window, operands.input, operands.output, &params->shape) != kTfLiteOk) {
    return nullptr;
  }
  if (params->shape.out_c != channels) {
    context.Fail("the output's channels are not the filter's");
    return nullptr;
  }
  const RangeF32 range = FusedRangeF32(context, activation_field);
  params->low = range.low;
  params->high = range.high;
  return params;
}

}  // namespace

TfLiteStatus PrepareFloatConv(OpContext& context) {
  enum { kActivation = 3 };  // field of Conv2DOptions
  Operands operands;
  if (!ReadOperands(context, &operands)) {
    return kTfLiteError;
  }
  if (operands.filter.shape.count != 4) {
    return context.Fail("needs a 4-D filter");
  }
  nn::FloatConvParams* const params =
      NewFloatConv(context, operands, Extent(context, operands.filter, 0), kActivation);
  if (!params) {
    return kTfLiteError;
  }
  nn::ConvParams& shape = params->shape;
  const uint32_t depth = Extent(context, operands.filter, 3);
  const uint32_t groups = shape.in_c / depth;
  if (groups == 0 || shape.in_c % depth != 0 || shape.out_c % groups != 0) {
    return context.Fail("the input's channels are no multiple of the filter's");
  }
  shape.filter_c = static_cast<uint16_t>(depth);
  params->group = shape.out_c / groups;
  params->depth = params->tap_step = depth;
  params->channel_step = static_cast<uint32_t>(shape.kernel_h) * shape.kernel_w * depth;
  return kTfLiteOk;
}

TfLiteStatus PrepareFloatDepthwiseConv(OpContext& context) {
  enum { kMultiplier = 3, kActivation = 4 };  // fields of DepthwiseConv2DOptions
  Operands operands;
  if (!ReadOperands(context, &operands)) {
    return kTfLiteError;
  }
  if (operands.filter.shape.count != 4 || Extent(context, operands.filter, 0) != 1) {
    return context.Fail("needs a filter of shape [1, height, width, channels]");
  }
  nn::FloatConvParams* const params =
      NewFloatConv(context, operands, Extent(context, operands.filter, 3), kActivation);
  if (!params) {
    return kTfLiteError;
  }
  nn::ConvParams& shape = params->shape;
  const uint32_t multiplier = context.OptionU32(kMultiplier, 0);
  if (multiplier == 0 || shape.in_c * multiplier != shape.out_c) {
    return context.Fail("the output's channels are not the input's times the depth multiplier");
  }
  shape.filter_c = static_cast<uint16_t>(multiplier);
  params->group = multiplier;
  params->depth = params->channel_step = 1;
  params->tap_step = shape.out_c;
  return kTfLiteOk;
}

// A convolution of images of one pixel.
TfLiteStatus PrepareFloatFullyConnected(OpContext& context) {
  enum { kActivation = 0, kWeightsFormat = 1 };  // fields of FullyConnectedOptions
  Operands operands;
  if (!ReadOperands(context, &operands)) {
    return kTfLiteError;
  }
  if (operands.filter.shape.count != 2 || context.OptionU8(kWeightsFormat, 0) != 0) {
    return context.Fail("needs a 2-D filter in the default weights format");
  }
  const uint32_t channels = Extent(context, operands.filter, 0);
  const uint32_t features = Extent(context, operands.filter, 1);
  const uint32_t batches = operands.input.elements / features;
  if (batches * features != operands.input.elements ||
      batches * channels != operands.output.elements || !BiasFits(context, operands, channels)) {
    return context.Fail("the shapes of input, filter and output do not fit");
  }
  if (batches > UINT16_MAX || features > UINT16_MAX || channels > UINT16_MAX) {
    return context.Fail("needs at most 65535 rows, features and outputs");
  }
  nn::FloatConvParams* const params = context.NewParams<nn::FloatConvParams>();
  if (!params) {
    return kTfLiteError;
  }
  nn::ConvParams& shape = params->shape;
  shape = nn::ConvParams{};
  shape.batches = static_cast<uint16_t>(batches);
  shape.in_h = shape.in_w = shape.out_h = shape.out_w = shape.kernel_h = shape.kernel_w = 1;
  shape.in_c = shape.filter_c = static_cast<uint16_t>(features);
  shape.out_c = static_cast<uint16_t>(channels);
  shape.stride_h = shape.stride_w = shape.dilation_h = shape.dilation_w = 1;
  const RangeF32 range = FusedRangeF32(context, kActivation);
  params->low = range.low;
  params->high = range.high;
  params->group = channels;
  params->depth = params->channel_step = params->tap_step = features;
  return kTfLiteOk;
}

void EvalFloatConv(OpContext& context) {
  nn::FloatConv(context.Params<nn::FloatConvParams>(), context.InputData<uint32_t>(0),
                context.InputData<uint32_t>(1),
                context.HasInput(2) ? context.InputData<uint32_t>(2) : nullptr,
                context.OutputData<uint32_t>(0));
}

}  // namespace tflm
