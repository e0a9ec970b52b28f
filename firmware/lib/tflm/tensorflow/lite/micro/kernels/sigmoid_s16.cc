// LOGISTIC and TANH, int16.

#include "nn/sigmoid_s16.h"

#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/float_unary.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

using SigmoidS16Data = UnaryData<nn::SigmoidScaleS16>;

// The exponent of the power of two that `bits`, a float32, is within 2^(1/1000) of. False if there
// is none.
bool PowerOfTwo(uint32_t bits, int32_t* exponent) {
  constexpr uint32_t kAbove = 5816;                // (2^(1/1000) - 1) * 2^23
  constexpr uint32_t kBelow = (1u << 23) - 11624;  // (2^(999/1000) - 1) * 2^23
  const uint32_t fraction = bits & ((1u << 23) - 1);
  *exponent = static_cast<int32_t>(bits >> 23) - 127 + (fraction >= kBelow ? 1 : 0);
  return fraction <= kAbove || fraction >= kBelow;
}

// What makes 12288ths of an input of scale `bits`, a float32: exactly 3 times a power of two where
// it has Q3.12, or up to `most_left` bits less; else up to 15 bits of a multiplier, rounded down.
// False if the input is so coarse that there is none, or so fine that it is 0, by which upstream
// means a power of two.
bool ScaleTo12288ths(uint32_t bits, int32_t most_left, nn::SigmoidScaleS16* scale) {
  constexpr int32_t kFractionBits = 12;
  int32_t exponent;
  if (PowerOfTwo(bits, &exponent) && exponent + kFractionBits >= 0 &&
      exponent + kFractionBits <= most_left) {
    *scale = nn::SigmoidScaleS16{3 << (exponent + kFractionBits), 0};
    return true;
  }
  const uint32_t mantissa = (bits & ((1u << 23) - 1)) | 1u << 23;  // a subnormal is too fine
  const uint32_t product = 3 * mantissa;
  int32_t down = 150 - static_cast<int32_t>(bits >> 23) - kFractionBits;  // value: product / 2^down
  int32_t left = 0;
  constexpr uint32_t kTwiceLeast = 32767;  // twice the value is above this in the end
  // At least 3 * 2^23 / 2^down; where `down` is negative, it is too large at once.
  while (left <= 30 && down >= 1 &&
         (down > 31 || product >> (down - 1) < kTwiceLeast ||
          (product >> (down - 1) == kTwiceLeast && (product & ((1u << (down - 1)) - 1)) == 0))) {
    ++left;
    --down;
  }
  const uint32_t multiplier = down < 1 ? UINT32_MAX : (down > 31 ? 0 : product >> down);
  if (multiplier == 0 || multiplier > INT16_MAX) {
    return false;
  }
  *scale = nn::SigmoidScaleS16{static_cast<int32_t>(multiplier), left};
  return true;
}

TfLiteStatus PrepareSigmoidS16(OpContext& context, int32_t most_left) {
  EndsS16 ends;
  if (!ReadUnaryS16(context, &ends)) {
    return kTfLiteError;
  }
  if (!nn::IsEqual(ends.out, nn::MakeScale(1, -15))) {
    return context.Fail("needs an output scale of 2^-15");
  }
  SigmoidS16Data* const data = context.NewParams<SigmoidS16Data>();
  if (!data) {
    return kTfLiteError;
  }
  ModelReader::Quantization read;
  context.reader().ReadQuantization(ends.input, &read);
  const uint32_t bits = context.reader().U32Inside(read.scales.pos);
  if (!ScaleTo12288ths(bits, most_left, &data->params)) {
    return context.Fail("needs an input scale below 8/3 and above 2^-45");
  }
  data->count = ends.input.elements;
  return kTfLiteOk;
}

TfLiteStatus PrepareLogistic(OpContext& context) { return PrepareSigmoidS16(context, 0); }

void EvalLogistic(OpContext& context) {
  const SigmoidS16Data& data = context.Params<SigmoidS16Data>();
  nn::LogisticAllS16(data.params, data.count, context.InputData<int16_t>(0),
                     context.OutputData<int16_t>(0));
}

TfLiteStatus PrepareTanh(OpContext& context) { return PrepareSigmoidS16(context, 1); }

void EvalTanh(OpContext& context) {
  const SigmoidS16Data& data = context.Params<SigmoidS16Data>();
  nn::TanhAllS16(data.params, data.count, context.InputData<int16_t>(0),
                 context.OutputData<int16_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(LOGISTIC, Logistic, PrepareLogistic, EvalLogistic, PrepareFloatCurve,
                  EvalFloatCurve)
MCUFORGE_ANY_FORM(TANH, Tanh, PrepareTanh, EvalTanh, PrepareFloatCurve, EvalFloatCurve)

}  // namespace tflm
