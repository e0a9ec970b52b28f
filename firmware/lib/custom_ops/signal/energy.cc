// SignalEnergy: squared magnitudes, uint32, of complex numbers, pairs of int16, in
// [start_index, end_index); 0 for the others.

#include <cstdint>

#include "custom_ops.h"
#include "signal/options.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

struct State {
  int32_t start, end, elements;
};

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  State* const state = NewState<State>(context);
  if (state) {
    state->start = Option(buffer, length, "start_index", -1);
    state->end = Option(buffer, length, "end_index", -1);
  }
  return state;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  state->elements = OutputElements(context, node, 0, kTfLiteUInt32);
  if (!state->elements || InputElements(context, node, 0, kTfLiteInt16) != 2 * state->elements) {
    return Require(false, "SignalEnergy: needs pairs of int16, and a uint32 for each");
  }
  return Require(state->start >= 0 && state->start <= state->end && state->end <= state->elements,
                 "SignalEnergy: needs 0 <= start_index <= end_index <= elements");
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const State& state = *static_cast<const State*>(node->user_data);
  const int16_t* const input = InputOf<int16_t>(context, node, 0);
  uint32_t* const output = OutputOf<uint32_t>(context, node, 0);
  for (int32_t i = 0; i < state.elements; ++i) {
    const int16_t* const x = input + 2 * i;
    const bool inside = i >= state.start && i < state.end;
    output[i] =
        inside ? static_cast<uint32_t>(x[0] * x[0]) + static_cast<uint32_t>(x[1] * x[1]) : 0;
  }
  return kTfLiteOk;
}

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalEnergy() {
  return RegistrationOf<Init, Prepare, Invoke>();
}
