// SignalStacker: each frame of num_channels int16 together with stacker_left_context frames before
// and stacker_right_context frames behind it, once in stacker_step frames. Before the first frame
// there are copies of it. A second output says whether a stack came out; if none did, the first one
// is zeros.

#include <cstdint>

#include "custom_ops.h"
#include "signal/history.h"
#include "signal/options.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

struct State {
  int32_t channels, left, right, step;
  int32_t started;  // a frame has come
  int32_t filled;   // frames that are held
  History held;     // room for a stack
};

int32_t StackOf(const State& state) { return state.left + 1 + state.right; }

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  State* const state = NewState<State>(context);
  if (state) {
    state->channels = Option(buffer, length, "num_channels", 0);
    state->left = Option(buffer, length, "stacker_left_context", -1);
    state->right = Option(buffer, length, "stacker_right_context", -1);
    state->step = Option(buffer, length, "stacker_step", 0);
  }
  return state;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  constexpr int32_t kMost = 4096;
  if (state->channels <= 0 || state->channels > kMost || state->left < 0 || state->left >= kMost ||
      state->right < 0 || state->right >= kMost || state->step <= 0 ||
      state->step > StackOf(*state)) {
    return Require(false,
                   "SignalStacker: needs num_channels, contexts below 4096, and a stacker_step "
                   "within a stack");
  }
  const int32_t stack = StackOf(*state) * state->channels;
  if (InputElements(context, node, 0, kTfLiteInt16) != state->channels ||
      OutputElements(context, node, 0, kTfLiteInt16) != stack ||
      OutputElements(context, node, 1, kTfLiteBool) != 1) {
    return Require(false, "SignalStacker: needs num_channels int16, a stack of them out, one bool");
  }
  return state->held.Allocate(context, stack) ? kTfLiteOk : kTfLiteError;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  State& state = *static_cast<State*>(node->user_data);
  const int16_t* const input = InputOf<int16_t>(context, node, 0);
  int16_t* const output = OutputOf<int16_t>(context, node, 0);
  int16_t* const held = state.held.numbers();
  const int32_t copies = state.started ? 1 : 1 + state.left;
  for (int32_t i = 0; i < copies; ++i) {
    MoveDown(input, state.channels, held + state.filled++ * state.channels);
  }
  state.started = 1;
  const bool full = state.filled == StackOf(state);
  for (int32_t i = 0; i < StackOf(state) * state.channels; ++i) {
    output[i] = full ? held[i] : int16_t{0};
  }
  if (full) {
    state.filled -= state.step;
    MoveDown(held + state.step * state.channels, state.filled * state.channels, held);
  }
  *OutputOf<bool>(context, node, 1) = full;
  return kTfLiteOk;
}

void Reset(TfLiteContext*, void* buffer) {
  State* const state = static_cast<State*>(buffer);
  state->started = state->filled = 0;
}

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalStacker() {
  return RegistrationOf<Init, Prepare, Invoke, Reset>();
}
