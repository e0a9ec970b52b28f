// SignalFilterBankSpectralSubtraction: a uint32 signal less the noise in it, which is estimated by
// a slow average of each channel, and the estimates. Odd channels have their own pace. What is left
// is never below a share of the signal.

#include <cstdint>

#include "custom_ops.h"
#include "signal/options.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

struct State {
  uint32_t smoothing[2], one_minus_smoothing[2];  // of even and of odd channels
  uint32_t min_signal_remaining;
  int32_t channels, smoothing_bits, bits;
  bool clamping;
};

// They follow the state in the arena.
uint32_t* EstimatesOf(State* state) { return reinterpret_cast<uint32_t*>(state + 1); }

void Reset(TfLiteContext*, void* buffer) {
  State* const state = static_cast<State*>(buffer);
  uint32_t* const estimates = EstimatesOf(state);
  for (int32_t i = 0; i < state->channels; ++i) estimates[i] = 0;
}

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  const int32_t channels = Option(buffer, length, "num_channels", -1);
  constexpr int32_t kMostChannels = 4096;
  if (channels <= 0 || channels > kMostChannels) {
    MicroPrintf("SignalFilterBankSpectralSubtraction: needs num_channels in 1..4096");
    return nullptr;
  }
  const auto option = [&](const char* key) {
    return static_cast<uint32_t>(Option(buffer, length, key, 0));
  };
  const size_t bytes = sizeof(State) + sizeof(uint32_t) * static_cast<uint32_t>(channels);
  void* const memory = context->AllocatePersistentBuffer(context, bytes);
  if (!memory) return nullptr;
  State* const state = new (memory) State{};
  state->smoothing[0] = option("smoothing");
  state->one_minus_smoothing[0] = option("one_minus_smoothing");
  state->smoothing[1] = option("alternate_smoothing");
  state->one_minus_smoothing[1] = option("alternate_one_minus_smoothing");
  state->min_signal_remaining = option("min_signal_remaining");
  state->channels = channels;
  state->smoothing_bits = Option(buffer, length, "smoothing_bits", -1);
  state->bits = Option(buffer, length, "spectral_subtraction_bits", -1);
  state->clamping = option("clamping") != 0;
  Reset(context, state);
  return state;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  const State* const state = static_cast<const State*>(node->user_data);
  if (!state) return kTfLiteError;
  if (InputElements(context, node, 0, kTfLiteUInt32) != state->channels ||
      OutputElements(context, node, 0, kTfLiteUInt32) != state->channels ||
      OutputElements(context, node, 1, kTfLiteUInt32) != state->channels) {
    return Require(
        false, "SignalFilterBankSpectralSubtraction: needs a uint32 a channel, in and twice out");
  }
  return Require(state->smoothing_bits >= 0 && state->smoothing_bits <= 31 && state->bits >= 0 &&
                     state->bits <= 31,
                 "SignalFilterBankSpectralSubtraction: needs bits in 0..31");
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  const uint32_t* const input = InputOf<uint32_t>(context, node, 0);
  uint32_t* const output = OutputOf<uint32_t>(context, node, 0);
  uint32_t* const shown = OutputOf<uint32_t>(context, node, 1);
  uint32_t* const estimates = EstimatesOf(state);
  for (int32_t i = 0; i < state->channels; ++i) {
    const uint64_t signal = input[i];
    const uint32_t scaled = input[i] << state->smoothing_bits;
    const uint64_t both = static_cast<uint64_t>(scaled) * state->smoothing[i & 1] +
                          static_cast<uint64_t>(estimates[i]) * state->one_minus_smoothing[i & 1];
    auto estimate = static_cast<uint32_t>(both >> state->bits);
    estimates[i] = estimate;
    if (estimate > scaled) {
      estimate = scaled;
      if (state->clamping) estimates[i] = estimate;
    }
    shown[i] = estimates[i];
    const auto least = static_cast<uint32_t>(signal * state->min_signal_remaining >> state->bits);
    const uint32_t left = (scaled - estimate) >> state->smoothing_bits;
    output[i] = left > least ? left : least;
  }
  return kTfLiteOk;
}

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalFilterBankSpectralSubtraction() {
  return RegistrationOf<Init, Prepare, Invoke, Reset>();
}
