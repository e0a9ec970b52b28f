// SignalFftAutoScale: int16 shifted left until their largest magnitude has 15 bits, and by how
// much.

#include <cstdint>

#include "custom_ops.h"
#include "signal/options.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

struct State {
  int32_t elements;
};

void* Init(TfLiteContext* context, const char*, size_t) { return NewState<State>(context); }

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  state->elements = InputElements(context, node, 0, kTfLiteInt16);
  return Require(state->elements &&
                     OutputElements(context, node, 0, kTfLiteInt16) == state->elements &&
                     OutputElements(context, node, 1, kTfLiteInt32) == 1,
                 "SignalFftAutoScale: needs int16 in and out, and an int32 for the shift");
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const State& state = *static_cast<const State*>(node->user_data);
  const int16_t* const input = InputOf<int16_t>(context, node, 0);
  int16_t* const output = OutputOf<int16_t>(context, node, 0);
  int32_t largest = 0;
  for (int32_t i = 0; i < state.elements; ++i) {
    // As upstream has it, the least int16 has no magnitude.
    const auto magnitude = static_cast<int16_t>(input[i] < 0 ? -input[i] : input[i]);
    largest = magnitude > largest ? magnitude : largest;
  }
  constexpr int32_t kBits = 15;
  int32_t shift = largest == 0 ? 0 : kBits;
  for (; largest != 0; largest >>= 1) --shift;
  for (int32_t i = 0; i < state.elements; ++i) {
    output[i] = static_cast<int16_t>(input[i] * (1 << shift));
  }
  *OutputOf<int32_t>(context, node, 1) = shift;
  return kTfLiteOk;
}

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalFftAutoScale() {
  return RegistrationOf<Init, Prepare, Invoke>();
}
