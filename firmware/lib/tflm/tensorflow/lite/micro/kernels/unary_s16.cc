#include "nn/unary_s16.h"

#include "nn/float_unary.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/float_unary.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

// ---- RELU and ABS

using ScaledData = UnaryData<nn::Requant>;

// Input and output, and the factor between them.
TfLiteStatus PrepareScaled(OpContext& context) {
  EndsS16 ends;
  if (!ReadUnaryS16(context, &ends)) {
    return kTfLiteError;
  }
  ScaledData* const data = context.NewParams<ScaledData>();
  if (!data || !FactorOf(context, ends.in, ends.out, &data->params)) {
    return kTfLiteError;
  }
  data->count = ends.input.elements;
  return kTfLiteOk;
}

void EvalRelu(OpContext& context) {
  const ScaledData& data = context.Params<ScaledData>();
  nn::RequantizeS16(data.params, nn::RangeS16{0, INT16_MAX}, data.count,
                    context.InputData<int16_t>(0), context.OutputData<int16_t>(0));
}

void EvalAbs(OpContext& context) {
  const ScaledData& data = context.Params<ScaledData>();
  nn::AbsS16(data.params, data.count, context.InputData<int16_t>(0),
             context.OutputData<int16_t>(0));
}

// ---- RELU6

using RangeData = UnaryData<nn::RangeS16>;

TfLiteStatus PrepareRelu6(OpContext& context) {
  EndsS16 ends;
  if (!ReadUnaryS16(context, &ends)) {
    return kTfLiteError;
  }
  RangeData* const data = context.NewParams<RangeData>();
  if (!data) {
    return kTfLiteError;
  }
  // Upstream clamps in the input's quantization and takes the output's to be the same.
  if (nn::IsLess(ends.in, nn::MakeScale(1, -28))) {
    return context.Fail("needs an input scale of at least 2^-28");  // 6 of it fit in an int32
  }
  const nn::ActivationRange range =
      nn::ActivationRangeOf(nn::Activation::kRelu6, ends.in, 0, INT16_MAX);
  data->count = ends.input.elements;
  data->params = nn::RangeS16{static_cast<int16_t>(range.min), static_cast<int16_t>(range.max)};
  return kTfLiteOk;
}

void EvalRelu6(OpContext& context) {
  const RangeData& data = context.Params<RangeData>();
  nn::ClampS16(data.params, data.count, context.InputData<int16_t>(0),
               context.OutputData<int16_t>(0));
}

// ---- LEAKY_RELU

using LeakyReluData = UnaryData<nn::LeakyReluS16Params>;
using FloatLeakyReluData = UnaryData<uint32_t>;  // bits of alpha

enum { kAlpha = 0 };  // field of LeakyReluOptions, float32

TfLiteStatus PrepareLeakyRelu(OpContext& context) {
  EndsS16 ends;
  if (!ReadUnaryS16(context, &ends)) {
    return kTfLiteError;
  }
  const uint32_t alpha = context.OptionU32(kAlpha, 0);
  const uint32_t magnitude = alpha & INT32_MAX;
  if (!nn::IsValidScale(magnitude)) {
    return context.Fail("needs a finite alpha");
  }
  LeakyReluData* const data = context.NewParams<LeakyReluData>();
  if (!data || !FactorOf(context, ends.in, ends.out, &data->params.positive) ||
      !FactorOf(context, ends.in, nn::ScaleFromBits(magnitude), ends.out, &data->params.negative)) {
    return kTfLiteError;
  }
  data->count = ends.input.elements;
  data->params.alpha_sign = alpha == magnitude ? 1 : -1;
  return kTfLiteOk;
}

void EvalLeakyRelu(OpContext& context) {
  const LeakyReluData& data = context.Params<LeakyReluData>();
  nn::LeakyReluS16(data.params, data.count, context.InputData<int16_t>(0),
                   context.OutputData<int16_t>(0));
}

TfLiteStatus PrepareFloatLeakyRelu(OpContext& context) {
  uint32_t count;
  if (!ReadUnaryF32(context, &count)) {
    return kTfLiteError;
  }
  FloatLeakyReluData* const data = context.NewParams<FloatLeakyReluData>();
  if (!data) {
    return kTfLiteError;
  }
  data->count = count;
  data->params = context.OptionU32(kAlpha, 0);
  return kTfLiteOk;
}

void EvalFloatLeakyRelu(OpContext& context) {
  const FloatLeakyReluData& data = context.Params<FloatLeakyReluData>();
  nn::FloatLeakyRelu(data.params, data.count, context.InputData<uint32_t>(0),
                     context.OutputData<uint32_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(RELU, Relu, PrepareScaled, EvalRelu, PrepareFloatUnary, EvalFloatUnary)
MCUFORGE_ANY_FORM(RELU6, Relu6, PrepareRelu6, EvalRelu6, PrepareFloatUnary, EvalFloatUnary)
MCUFORGE_ANY_FORM(ABS, Abs, PrepareScaled, EvalAbs, PrepareFloatUnary, EvalFloatUnary)
MCUFORGE_ANY_FORM(LEAKY_RELU, LeakyRelu, PrepareLeakyRelu, EvalLeakyRelu, PrepareFloatLeakyRelu,
                  EvalFloatLeakyRelu)

}  // namespace tflm
