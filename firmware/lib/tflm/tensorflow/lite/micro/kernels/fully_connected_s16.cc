#include "nn/fully_connected_s16.h"

#include "tensorflow/lite/micro/kernels/conv_common_s16.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/float_conv.h"

namespace tflm {
namespace {

enum { kActivation = 0, kWeightsFormat = 1 };  // fields of FullyConnectedOptions
enum { kBias = 2 };                            // input

struct FullyConnectedData {
  nn::FullyConnectedS16Params params;
  nn::Requant requant;     // one scale for all channels
  uint32_t filter_scales;  // position in the model; 0: one scale for all channels
};

TfLiteStatus Prepare(OpContext& context) {
  EndsS16 ends;
  TensorInfo info;
  if (!ReadEndsS16(context, &ends) || !context.Input(1, &info)) {
    return kTfLiteError;
  }
  if (info.shape.count != 2 || context.OptionU8(kWeightsFormat, 0) != 0) {
    return context.Fail("needs a 2-D filter in the default weights format");
  }
  const uint32_t channels = Extent(context, info, 0);
  const uint32_t features = Extent(context, info, 1);
  const uint32_t batches = ends.input.elements / features;
  if (batches * features != ends.input.elements || batches * channels != ends.output.elements) {
    return context.Fail("the shapes of input, filter and output do not fit");
  }
  ModelReader::Quantization filter;
  if (!ReadFilterScalesS16(context, info, channels, ends.in, ends.out, &filter) ||
      !CheckBiasS64(context, kBias, channels)) {
    return kTfLiteError;
  }
  if (filter.scales.count == 1 && context.reader().ZeroPoint(filter) != 0) {
    return context.Fail("needs a filter with zero point 0");
  }
  FullyConnectedData* const data = context.NewParams<FullyConnectedData>();
  nn::ActivationRange range;
  if (!data || !FusedRangeS16(context, kActivation, ends.out, &range)) {
    return kTfLiteError;
  }
  data->params =
      nn::FullyConnectedS16Params{batches, features, channels, static_cast<int16_t>(range.min),
                                  static_cast<int16_t>(range.max)};
  data->filter_scales = filter.scales.count > 1 ? filter.scales.pos : 0;
  if (data->filter_scales == 0) {
    // Unlike a convolution, upstream takes the product of the two scales in float32 here.
    const nn::Scale product = nn::MultiplyAsFloat(
        ends.in, nn::ScaleFromBits(context.reader().U32Inside(filter.scales.pos)));
    data->requant = nn::RequantFromRatio(product, ends.out);
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
  nn::FullyConnectedS16(data.params, data.requant, data.filter_scales ? &scales : nullptr,
                        context.InputData<int16_t>(0), context.InputData(1),
                        BiasS64(context, kBias), context.OutputData<int16_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(FULLY_CONNECTED, FullyConnected, Prepare, Eval, PrepareFloatFullyConnected,
                  EvalFloatConv)

}  // namespace tflm
