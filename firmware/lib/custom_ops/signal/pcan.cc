// SignalPCAN: per-channel amplitude normalization of a uint32 signal by its noise: each value times
// a gain that a table gives for the noise, then compressed.
//   inputs  signal, noise (uint32); the gain's table (int16, 125): for each power of two a parabola
// Wang, Getreuer, Hughes, Lyon, Saurous, "Trainable Frontend For Robust and Far-Field Keyword
// Spotting", 2017.

#include <cstdint>

#include "custom_ops.h"
#include "signal/options.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

constexpr int32_t kTable = 125;
constexpr int32_t kSnrBits = 12;
constexpr int32_t kOutputBits = 6;

struct State {
  int32_t snr_shift, elements;
};

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  State* const state = NewState<State>(context);
  if (state) state->snr_shift = Option(buffer, length, "snr_shift", -1);
  return state;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  state->elements = InputElements(context, node, 0, kTfLiteUInt32);
  if (!state->elements || InputElements(context, node, 1, kTfLiteUInt32) != state->elements ||
      InputElements(context, node, 2, kTfLiteInt16) < kTable ||
      OutputElements(context, node, 0, kTfLiteUInt32) != state->elements) {
    return Require(false, "SignalPCAN: needs uint32 signal and noise and an int16 table of 125");
  }
  return Require(state->snr_shift >= 0 && state->snr_shift <= 31,
                 "SignalPCAN: needs an snr_shift in 0..31");
}

// The table has the values for 0, 1 and 2 first, then three numbers and a gap for each power of
// two.
int16_t Gain(uint32_t x, const int16_t* table) {
  if (x <= 2) return table[x];
  const int32_t bits = 32 - __builtin_clz(x);
  const int16_t* const parabola = table + 4 * bits - 6;
  constexpr int32_t kFraction = 10;
  const int32_t down = bits - 1 - kFraction;
  const uint32_t placed = down < 0 ? x << -down : x >> down;
  const auto fraction = static_cast<int32_t>(placed & ((1 << kFraction) - 1));
  int32_t y = (parabola[2] * fraction) >> 5;
  y += parabola[1] * (1 << 5);
  y = (y * fraction + (1 << 14)) >> 15;
  return static_cast<int16_t>(y + parabola[0]);
}

// A square for small ratios, from which a line goes on.
uint32_t Compressed(uint32_t snr) {
  if (snr < (UINT32_C(2) << kSnrBits)) return snr * snr >> (2 + 2 * kSnrBits - kOutputBits);
  return (snr >> (kSnrBits - kOutputBits)) - (UINT32_C(1) << kOutputBits);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const State& state = *static_cast<const State*>(node->user_data);
  const uint32_t* const signal = InputOf<uint32_t>(context, node, 0);
  const uint32_t* const noise = InputOf<uint32_t>(context, node, 1);
  const int16_t* const table = InputOf<int16_t>(context, node, 2);
  uint32_t* const output = OutputOf<uint32_t>(context, node, 0);
  for (int32_t i = 0; i < state.elements; ++i) {
    // As upstream has it, a negative gain is a uint32.
    const auto gain = static_cast<uint32_t>(static_cast<int32_t>(Gain(noise[i], table)));
    const uint64_t product = static_cast<uint64_t>(signal[i]) * gain;
    output[i] = Compressed(static_cast<uint32_t>(product >> state.snr_shift));
  }
  return kTfLiteOk;
}

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalPCAN() {
  return RegistrationOf<Init, Prepare, Invoke>();
}
