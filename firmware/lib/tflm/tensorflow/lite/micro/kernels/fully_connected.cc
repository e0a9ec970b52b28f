#include "nn/fully_connected_s8.h"
#include "tensorflow/lite/micro/kernels/conv_common.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

enum { kActivation = 0, kWeightsFormat = 1 };  // fields of FullyConnectedOptions

struct FullyConnectedData {
  nn::FullyConnectedParams params;
  nn::Requant requant;     // one scale for all channels
  uint32_t filter_scales;  // position in the model; 0: one scale for all channels
};

TfLiteStatus Prepare(OpContext& context) {
  EndsS8 ends;
  if (!ReadEndsS8(context, &ends)) {
    return kTfLiteError;
  }
  const uint32_t input_elements = ends.input.elements;
  // Filter and bias take the input's place: it is while ops are prepared that the stack is deepest.
  TensorInfo& info = ends.input;
  if (!context.Input(1, &info)) {
    return kTfLiteError;
  }
  if (info.shape.count != 2 || context.OptionU8(kWeightsFormat, 0) != 0) {
    return context.Fail("needs a 2-D filter in the default weights format");
  }
  const uint32_t channels = Extent(context, info, 0);
  const uint32_t features = Extent(context, info, 1);
  const uint32_t batches = input_elements / features;
  if (batches * features != input_elements || batches * channels != ends.output.elements) {
    return context.Fail("the shapes of input, filter and output do not fit");
  }
  ModelReader::Quantization filter;
  if (!ReadFilterScales(context, info, channels, ends.in.scale, ends.out.scale, &filter) ||
      !CheckBias(context, channels, &info)) {
    return kTfLiteError;
  }
  // Upstream reckons with it here, though not in convolutions; no converter sets one, as int8
  // weights are symmetric.
  if (filter.scales.count == 1 && context.reader().ZeroPoint(filter) != 0) {
    return context.Fail("needs a filter with zero point 0");
  }
  FullyConnectedData* const data = context.NewParams<FullyConnectedData>();
  if (!data) {
    return kTfLiteError;
  }
  nn::ActivationRange range;
  if (!FusedRange(context, kActivation, ends.out, &range)) {
    return kTfLiteError;
  }
  data->params = nn::FullyConnectedParams{batches,
                                          features,
                                          channels,
                                          ends.in.zero_point,
                                          ends.out.zero_point,
                                          static_cast<int8_t>(range.min),
                                          static_cast<int8_t>(range.max)};
  data->filter_scales = filter.scales.count > 1 ? filter.scales.pos : 0;
  if (data->filter_scales == 0) {
    // Unlike a convolution, upstream takes the product of the two scales in float32 here.
    const nn::Scale product = nn::MultiplyAsFloat(
        ends.in.scale, nn::ScaleFromBits(context.reader().U32Inside(filter.scales.pos)));
    data->requant = nn::RequantFromRatio(product, ends.out.scale);
  }
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const FullyConnectedData& data = context.Params<FullyConnectedData>();
  nn::ChannelScales scales;
  if (data.filter_scales) {
    scales = nn::ChannelScales{context.ModelData<uint32_t>(data.filter_scales), 1,
                               ScaleOfTensor(context, context.InputIndex(0)),
                               ScaleOfTensor(context, context.OutputIndex(0))};
  }
  nn::FullyConnectedS8(data.params, data.requant, data.filter_scales ? &scales : nullptr,
                       context.InputData(0), context.InputData(1), BiasOf(context),
                       context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kFullyConnected = {tflite::BuiltinOperator_FULLY_CONNECTED, "FULLY_CONNECTED",
                                         Prepare, Eval};

}  // namespace tflm
