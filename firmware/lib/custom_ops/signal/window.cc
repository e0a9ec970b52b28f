// SignalWindow: frames of a signal times a window, (x * w) >> shift, saturated. int16; the window
// is the second input, as long as a frame.

#include <cstdint>

#include "custom_ops.h"
#include "signal/options.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

struct State {
  int32_t shift, elements, window;
};

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  State* const state = NewState<State>(context);
  if (state) state->shift = Option(buffer, length, "shift", -1);
  return state;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  state->elements = InputElements(context, node, 0, kTfLiteInt16);
  state->window = InputElements(context, node, 1, kTfLiteInt16);
  const bool fine = state->elements && state->window && state->elements % state->window == 0 &&
                    OutputElements(context, node, 0, kTfLiteInt16) == state->elements;
  if (!fine) return Require(false, "SignalWindow: needs int16 frames and a window as long as one");
  return Require(state->shift >= 0 && state->shift <= 30, "SignalWindow: needs a shift in 0..30");
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const State& state = *static_cast<const State*>(node->user_data);
  const int16_t* const input = InputOf<int16_t>(context, node, 0);
  const int16_t* const window = InputOf<int16_t>(context, node, 1);
  int16_t* const output = OutputOf<int16_t>(context, node, 0);
  for (int32_t i = 0, w = 0; i < state.elements; ++i, w = w + 1 == state.window ? 0 : w + 1) {
    const int32_t y = (input[i] * window[w]) >> state.shift;
    output[i] = static_cast<int16_t>(y < INT16_MIN ? INT16_MIN : y > INT16_MAX ? INT16_MAX : y);
  }
  return kTfLiteOk;
}

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalWindow() {
  return RegistrationOf<Init, Prepare, Invoke>();
}
