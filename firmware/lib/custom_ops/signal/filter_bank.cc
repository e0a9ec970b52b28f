// SignalFilterBank: uint32 energies through overlapping triangles into uint64 channels. A channel's
// energies count by its weights, and by its unweights (what is left of one) for the next channel;
// the first channel only leaves those.
//   inputs  energies; weights, unweights; for each channel its first energy, its first weight, and
//           how many there are (int16, constant)

#include <cstdint>

#include "custom_ops.h"
#include "signal/options.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

enum { kEnergies, kWeights, kUnweights, kFirstEnergy, kFirstWeight, kWidth };

struct State {
  int32_t channels, energies, weights;
};

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  State* const state = NewState<State>(context);
  if (state) state->channels = Option(buffer, length, "num_channels", -1);
  return state;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  state->energies = InputElements(context, node, kEnergies, kTfLiteUInt32);
  state->weights = InputElements(context, node, kWeights, kTfLiteInt16);
  bool fine = state->energies && state->weights && state->channels > 0 &&
              state->channels < INT16_MAX &&
              InputElements(context, node, kUnweights, kTfLiteInt16) == state->weights &&
              OutputElements(context, node, 0, kTfLiteUInt64) == state->channels;
  for (int i = kFirstEnergy; i <= kWidth; ++i) {
    fine = fine && InputElements(context, node, i, kTfLiteInt16) == state->channels + 1;
  }
  return Require(fine,
                 "SignalFilterBank: needs uint32 energies, int16 tables for num_channels + 1, "
                 "and a uint64 for each channel");
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const State& state = *static_cast<const State*>(node->user_data);
  const uint32_t* const energies = InputOf<uint32_t>(context, node, kEnergies);
  const int16_t* const weights = InputOf<int16_t>(context, node, kWeights);
  const int16_t* const unweights = InputOf<int16_t>(context, node, kUnweights);
  const int16_t* const first_energy = InputOf<int16_t>(context, node, kFirstEnergy);
  const int16_t* const first_weight = InputOf<int16_t>(context, node, kFirstWeight);
  const int16_t* const width = InputOf<int16_t>(context, node, kWidth);
  uint64_t* const output = OutputOf<uint64_t>(context, node, 0);
  uint64_t left = 0;
  for (int32_t channel = 0; channel <= state.channels; ++channel) {
    const int32_t energy = first_energy[channel];
    const int32_t weight = first_weight[channel];
    const int32_t count = width[channel];
    if (energy < 0 || weight < 0 || count < 0 || energy + count > state.energies ||
        weight + count > state.weights) {
      return Require(false, "SignalFilterBank: a channel reaches beyond its tables");
    }
    uint64_t sum = left;
    left = 0;
    for (int32_t i = 0; i < count; ++i) {
      const uint64_t x = energies[energy + i];
      sum += static_cast<uint64_t>(static_cast<int64_t>(weights[weight + i])) * x;
      left += static_cast<uint64_t>(static_cast<int64_t>(unweights[weight + i])) * x;
    }
    if (channel > 0) output[channel - 1] = sum;
  }
  return kTfLiteOk;
}

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalFilterBank() {
  return RegistrationOf<Init, Prepare, Invoke>();
}
