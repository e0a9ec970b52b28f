// SignalOverlapAdd: int16 frames, frame_step apart, added up to the signal that they are of; sums
// saturate. Each row of frames is a signal of its own; what later frames will still be added to is
// kept.

#include <cstdint>

#include "custom_ops.h"
#include "signal/history.h"
#include "signal/options.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

struct State {
  int32_t size, step, frames, rows;
  History sums;  // of each row, `size` numbers
};

int16_t Saturated(int32_t x) {
  return static_cast<int16_t>(x < INT16_MIN ? INT16_MIN : (x > INT16_MAX ? INT16_MAX : x));
}

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  State* const state = NewState<State>(context);
  if (state) state->step = Option(buffer, length, "frame_step", 0);
  return state;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  const int32_t elements = InputElements(context, node, 0, kTfLiteInt16);
  const TfLiteEvalTensor* const input = tflite::micro::GetEvalInput(context, node, 0);
  if (!elements || input->dims->size < 2) {
    return Require(false, "SignalOverlapAdd: needs frames of int16, two dimensions at least");
  }
  state->size = input->dims->data[input->dims->size - 1];
  state->frames = input->dims->data[input->dims->size - 2];
  state->rows = elements / (state->size * state->frames);
  if (state->step <= 0 || state->step > state->size) {
    return Require(false, "SignalOverlapAdd: needs 0 < frame_step <= a frame");
  }
  if (OutputElements(context, node, 0, kTfLiteInt16) != state->rows * state->frames * state->step) {
    return Require(false, "SignalOverlapAdd: needs a step of int16 out for each frame");
  }
  return state->sums.Allocate(context, state->rows * state->size) ? kTfLiteOk : kTfLiteError;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  State& state = *static_cast<State*>(node->user_data);
  const int16_t* input = InputOf<int16_t>(context, node, 0);
  int16_t* output = OutputOf<int16_t>(context, node, 0);
  for (int32_t row = 0; row < state.rows; ++row) {
    int16_t* const sums = state.sums.numbers() + row * state.size;
    for (int32_t frame = 0; frame < state.frames; ++frame) {
      for (int32_t i = 0; i < state.size; ++i) sums[i] = Saturated(sums[i] + input[i]);
      MoveDown(sums, state.step, output);
      MoveDown(sums + state.step, state.size - state.step, sums);
      for (int32_t i = state.size - state.step; i < state.size; ++i) sums[i] = 0;
      input += state.size;
      output += state.step;
    }
  }
  return kTfLiteOk;
}

void Reset(TfLiteContext*, void* buffer) { static_cast<State*>(buffer)->sums.Clear(); }

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalOverlapAdd() {
  return RegistrationOf<Init, Prepare, Invoke, Reset>();
}
