#include "nn/svdf_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

enum { kRank = 0 };  // field of SVDFOptions; the activation is in the output's range

enum : uint32_t { kInput, kFeatureWeights, kTimeWeights, kBias, kState };

struct SvdfData {
  nn::SvdfParams params;
  uint32_t state_bytes;  // of an element: 1 or 2
};

// Weights over the time, or the state. False, with a message, if they are not of `type` with one
// scale, and a zero point in int8's range.
bool ReadStateLike(const OpContext& context, const TensorInfo& info, TfLiteType type,
                   nn::Scale* scale, int8_t* zero_point) {
  ModelReader::Quantization read;
  context.reader().ReadQuantization(info, &read);
  const uint32_t bits = context.reader().U32Inside(read.scales.pos);
  const auto zero = static_cast<int32_t>(context.reader().ZeroPoint(read));
  if (info.type != type || (type != kTfLiteInt8 && type != kTfLiteInt16) ||
      read.scales.count != 1 || bits == 0 || !nn::IsValidScale(bits) ||
      zero != static_cast<int8_t>(zero) || (type == kTfLiteInt16 && zero != 0)) {
    context.Fail("needs int8 or int16 for both state and weights over time, with one scale");
    return false;
  }
  *scale = nn::ScaleFromBits(bits);
  *zero_point = static_cast<int8_t>(zero);
  return true;
}

// The factor a * b / c with each step in float32. False, with a message, if it is none.
bool FloatFactor(const OpContext& context, nn::Scale a, nn::Scale b, nn::Scale c,
                 nn::Requant* factor) {
  return FactorOf(context, nn::DivideAsFloat(nn::MultiplyAsFloat(a, b), c), nn::MakeScale(1, 0),
                  factor);
}

TfLiteStatus Prepare(OpContext& context) {
  EndsS8 ends;
  SvdfData* const data = context.NewParams<SvdfData>();
  if (!data || !ReadEndsS8(context, &ends)) {
    return kTfLiteError;
  }
  nn::SvdfParams& params = data->params;
  params.in_zero_point = ends.in.zero_point;
  params.out_zero_point = ends.out.zero_point;
  TensorInfo info;
  QuantizedS8 weights;
  params.rank = context.OptionU32(kRank, 0);
  if (ends.input.shape.count != 2 || ends.output.shape.count != 2 || params.rank == 0) {
    return context.Fail("needs a rank, and 2-D input and output");
  }
  params.batches = Extent(context, ends.input, 0);
  params.features = Extent(context, ends.input, 1);
  params.units = Extent(context, ends.output, 1);
  if (!context.Input(kFeatureWeights, &info) || !ReadQuantizedS8(context, info, &weights)) {
    return kTfLiteError;
  }
  const uint32_t filters = info.elements / params.features;
  if (info.shape.count != 2 || Extent(context, info, 1) != params.features ||
      weights.zero_point != 0 || filters % params.rank != 0 ||
      filters / params.rank != params.units || Extent(context, ends.output, 0) != params.batches) {
    return context.Fail("the shapes of input, weights, rank and output do not fit");
  }
  if (!context.Input(kState, &info)) {
    return kTfLiteError;
  }
  const TfLiteType type = info.type;
  const uint32_t state_elements = info.elements;
  nn::Scale state_scale;
  if (!ReadStateLike(context, info, type, &state_scale, &params.state_zero_point)) {
    return kTfLiteError;
  }
  if (info.data != 0 ||
      !context.graph().IsVariable(static_cast<uint32_t>(context.InputIndex(kState)))) {
    return context.Fail("needs a variable as its state");
  }
  nn::Scale time_scale;
  int8_t time_zero_point;
  if (!context.Input(kTimeWeights, &info) ||
      !ReadStateLike(context, info, type, &time_scale, &time_zero_point)) {
    return kTfLiteError;
  }
  params.memory = info.elements / filters;
  data->state_bytes = type == kTfLiteInt16 ? 2 : 1;
  if (info.shape.count != 2 || Extent(context, info, 0) != filters || time_zero_point != 0 ||
      state_elements / info.elements != params.batches || state_elements % info.elements != 0) {
    return context.Fail("the shapes of state and weights over time do not fit");
  }
  if (!context.Input(kBias, &info)) {
    return kTfLiteError;
  }
  if (info.type != kTfLiteInt32 || info.elements != params.units) {
    return context.Fail("needs an int32 bias with one value a unit");
  }
  return FloatFactor(context, ends.in.scale, weights.scale, state_scale, &params.feature) &&
                 FloatFactor(context, state_scale, time_scale, ends.out.scale, &params.time)
             ? kTfLiteOk
             : kTfLiteError;
}

template <typename T>
void Run(const OpContext& context, const nn::SvdfParams& params) {
  nn::SvdfS8(params, context.InputData(kInput), context.InputData(kFeatureWeights),
             context.InputData<T>(kTimeWeights), context.InputData<int32_t>(kBias),
             const_cast<T*>(context.InputData<T>(kState)),  // a variable
             context.OutputData(0));
}

void Eval(OpContext& context) {
  const SvdfData& data = context.Params<SvdfData>();
  if (data.state_bytes == 2) {
    Run<int16_t>(context, data.params);
  } else {
    Run<int8_t>(context, data.params);
  }
}

}  // namespace

const OpDef ops::kSvdf = {tflite::BuiltinOperator_SVDF, "SVDF", Prepare, Eval};

}  // namespace tflm
