// SignalDelay: int16 frames as they were delay_length numbers before, zeros at first; each row of
// the input is a signal of its own.

#include <cstdint>

#include "custom_ops.h"
#include "signal/history.h"
#include "signal/options.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

struct State {
  int32_t delay, frame, rows;
  History held;  // of each row, `delay` numbers
};

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  State* const state = NewState<State>(context);
  if (state) state->delay = Option(buffer, length, "delay_length", -1);
  return state;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  const int32_t elements = InputElements(context, node, 0, kTfLiteInt16);
  if (!elements || OutputElements(context, node, 0, kTfLiteInt16) != elements) {
    return Require(false, "SignalDelay: needs int16 frames, and as many numbers out");
  }
  const TfLiteIntArray& dims = *tflite::micro::GetEvalInput(context, node, 0)->dims;
  state->frame = dims.size ? dims.data[dims.size - 1] : 1;
  state->rows = elements / state->frame;
  if (state->delay < 0 || state->delay > kMostHeld / state->rows) {
    return Require(false, "SignalDelay: needs a delay_length from 0 on, 2^24 numbers in all rows");
  }
  return state->held.Allocate(context, state->rows * state->delay) ? kTfLiteOk : kTfLiteError;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  State& state = *static_cast<State*>(node->user_data);
  const int16_t* input = InputOf<int16_t>(context, node, 0);
  int16_t* output = OutputOf<int16_t>(context, node, 0);
  int16_t* held = state.held.numbers();
  const int32_t late = state.delay < state.frame ? state.delay : state.frame;
  for (int32_t row = 0; row < state.rows; ++row) {
    MoveDown(held, late, output);
    MoveDown(input, state.frame - late, output + late);
    MoveDown(held + late, state.delay - late, held);
    MoveDown(input + state.frame - late, late, held + state.delay - late);
    input += state.frame;
    output += state.frame;
    held += state.delay;
  }
  return kTfLiteOk;
}

void Reset(TfLiteContext*, void* buffer) { static_cast<State*>(buffer)->held.Clear(); }

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalDelay() {
  return RegistrationOf<Init, Prepare, Invoke, Reset>();
}
