// SignalFramer: windows of frame_size numbers, frame_step apart, of an int16 signal that comes in
// pieces of some steps; each row of the input is a signal of its own. A second output says whether
// all windows were full: until then there are zeros in their place. With `prefill` the signal
// begins with zeros.

#include <cstdint>

#include "custom_ops.h"
#include "signal/history.h"
#include "signal/options.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

struct State {
  int32_t size, step, prefill, frames, rows;
  int32_t filled;  // numbers of each row that are held
  History held;    // of each row, room for `size` + `step`
};

int32_t RoomOf(const State& state) { return state.size + state.step; }

void Start(State* state) {
  state->held.Clear();
  state->filled = state->prefill ? state->size - state->step : 0;
}

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  State* const state = NewState<State>(context);
  if (state) {
    state->size = Option(buffer, length, "frame_size", 0);
    state->step = Option(buffer, length, "frame_step", 0);
    state->prefill = Option(buffer, length, "prefill", 0);
  }
  return state;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  if (state->step <= 0 || state->step > state->size || state->size > kMostHeld / 2) {
    return Require(false, "SignalFramer: needs 0 < frame_step <= frame_size <= 2^23");
  }
  const int32_t elements = InputElements(context, node, 0, kTfLiteInt16);
  const TfLiteEvalTensor* const input = tflite::micro::GetEvalInput(context, node, 0);
  const int32_t length =
      elements && input->dims->size ? input->dims->data[input->dims->size - 1] : 0;
  if (length == 0 || length % state->step != 0) {
    return Require(false, "SignalFramer: needs rows of int16, of whole steps");
  }
  state->rows = elements / length;
  state->frames = length / state->step;
  if (state->rows > kMostHeld / RoomOf(*state) ||
      OutputElements(context, node, 0, kTfLiteInt16) !=
          static_cast<int64_t>(state->rows) * state->frames * state->size ||
      OutputElements(context, node, 1, kTfLiteBool) != 1) {
    return Require(false, "SignalFramer: needs a window a step out, 2^24 numbers, and one bool");
  }
  if (!state->held.Allocate(context, state->rows * RoomOf(*state))) return kTfLiteError;
  Start(state);
  return kTfLiteOk;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  State& state = *static_cast<State*>(node->user_data);
  const int16_t* const input = InputOf<int16_t>(context, node, 0);
  int16_t* const output = OutputOf<int16_t>(context, node, 0);
  bool all_full = true;
  for (int32_t frame = 0; frame < state.frames; ++frame) {
    const int32_t filled = state.filled + state.step;
    const bool full = filled >= state.size;
    for (int32_t row = 0; row < state.rows; ++row) {
      int16_t* const held = state.held.numbers() + row * RoomOf(state);
      MoveDown(input + (row * state.frames + frame) * state.step, state.step, held + state.filled);
      int16_t* const window = output + (row * state.frames + frame) * state.size;
      for (int32_t i = 0; i < state.size; ++i) window[i] = full ? held[i] : int16_t{0};
      if (full) MoveDown(held + state.step, filled - state.step, held);
    }
    state.filled = full ? filled - state.step : filled;
    all_full = all_full && full;
  }
  *OutputOf<bool>(context, node, 1) = all_full;
  return kTfLiteOk;
}

void Reset(TfLiteContext*, void* buffer) { Start(static_cast<State*>(buffer)); }

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalFramer() {
  return RegistrationOf<Init, Prepare, Invoke, Reset>();
}
