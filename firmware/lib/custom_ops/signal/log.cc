// SignalFilterBankLog: natural logarithms of uint32, shifted left before, times output_scale, as
// int16.

#include <cstdint>

#include "custom_ops.h"
#include "signal/options.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

constexpr int32_t kBits = 16;       // of a fraction
constexpr int32_t kSegments = 128;  // of a power of two

// How far log2(1 + i / 128) lies above i / 128, in 2^-16.
struct Curve {
  uint16_t at[kSegments + 1];
};

constexpr double Log(double x) {  // for x in [1, 2]
  const double z = (x - 1) / (x + 1);
  double term = z;
  double sum = 0;
  for (int i = 1; i < 60; i += 2) {
    sum += term / i;
    term *= z * z;
  }
  return 2 * sum;
}

constexpr Curve MakeCurve() {
  Curve curve{};
  for (int i = 0; i <= kSegments; ++i) {
    const double x = i / static_cast<double>(kSegments);
    curve.at[i] = static_cast<uint16_t>((Log(1 + x) / Log(2) - x) * (1 << kBits) + 0.5);
  }
  return curve;
}
constexpr Curve kCurve = MakeCurve();

struct State {
  int32_t correction_bits, scale, elements;
};

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  State* const state = NewState<State>(context);
  if (state) {
    state->correction_bits = Option(buffer, length, "input_correction_bits", -1);
    state->scale = Option(buffer, length, "output_scale", -1);
  }
  return state;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  state->elements = InputElements(context, node, 0, kTfLiteUInt32);
  if (!state->elements || OutputElements(context, node, 0, kTfLiteInt16) != state->elements) {
    return Require(false, "SignalFilterBankLog: needs uint32 in and as many int16 out");
  }
  return Require(state->correction_bits >= 0 && state->correction_bits <= 31 && state->scale > 0,
                 "SignalFilterBankLog: needs input_correction_bits in 0..31 and an output_scale");
}

// ln(x) * scale, x at least 2.
uint32_t ScaledLog(uint32_t x, uint32_t scale) {
  const int32_t exponent = 31 - __builtin_clz(x);
  const uint32_t rest = x - (UINT32_C(1) << exponent);
  const uint32_t fraction =
      exponent < kBits ? rest << (kBits - exponent) : rest >> (exponent - kBits);
  constexpr int32_t kSegmentBits = 9;  // of 2^16 in 128 segments
  const uint32_t segment = fraction >> kSegmentBits;
  const int32_t low = kCurve.at[segment];
  const int32_t rise = kCurve.at[segment + 1] - low;
  const auto inside = static_cast<int32_t>(fraction & ((1 << kSegmentBits) - 1));
  const int32_t above = low + ((rise * inside) >> kBits);
  const uint32_t log2 =
      (static_cast<uint32_t>(exponent) << kBits) + fraction + static_cast<uint32_t>(above);
  constexpr uint64_t kLn2 = 45426;  // in 2^-16
  constexpr uint64_t kHalf = 1 << (kBits - 1);
  const auto ln = static_cast<uint32_t>((kLn2 * log2 + kHalf) >> kBits);
  return static_cast<uint32_t>((static_cast<uint64_t>(scale) * ln + kHalf) >> kBits);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const State& state = *static_cast<const State*>(node->user_data);
  const uint32_t* const input = InputOf<uint32_t>(context, node, 0);
  int16_t* const output = OutputOf<int16_t>(context, node, 0);
  for (int32_t i = 0; i < state.elements; ++i) {
    const uint32_t x = input[i] << state.correction_bits;
    const uint32_t y = x > 1 ? ScaledLog(x, static_cast<uint32_t>(state.scale)) : 0;
    const auto low = static_cast<uint16_t>(y);  // as upstream has it, whatever is above
    output[i] = static_cast<int16_t>(low < INT16_MAX ? low : INT16_MAX);
  }
  return kTfLiteOk;
}

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalFilterBankLog() {
  return RegistrationOf<Init, Prepare, Invoke>();
}
