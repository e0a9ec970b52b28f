// CIRCULAR_BUFFER: the last rows of int8 that came, one an inference, zeros at first. A second
// output, one bool, says whether so many inferences have passed as cycles_max says; without it an
// Invoke ends here until then.

#include <cstdint>

#include "custom_ops.h"
#include "signal/history.h"
#include "signal/options.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

struct State {
  int32_t cycles, left;  // inferences from one valid output to the next, to the next one
  int32_t row, all;      // elements
  HistoryOf<int8_t> held;
};

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  State* const state = NewState<State>(context);
  if (state) state->left = state->cycles = Option(buffer, length, "cycles_max", 0);
  return state;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  state->row = InputElements(context, node, 0, kTfLiteInt8);
  state->all = OutputElements(context, node, 0, kTfLiteInt8);
  if (!state->row || !state->all || state->all > kMostHeld) {
    return Require(false, "CIRCULAR_BUFFER: needs int8 of up to 2^24 elements");
  }
  const TfLiteIntArray& in = *tflite::micro::GetEvalInput(context, node, 0)->dims;
  const TfLiteIntArray& out = *tflite::micro::GetEvalOutput(context, node, 0)->dims;
  if (in.size != 4 || out.size != 4 || in.data[0] != 1 || in.data[1] != 1 || out.data[0] != 1 ||
      in.data[2] != out.data[2] || in.data[3] != out.data[3]) {
    return Require(false, "CIRCULAR_BUFFER: needs [1, 1, w, c] in and [1, rows, w, c] out");
  }
  if (state->cycles <= 0) return Require(false, "CIRCULAR_BUFFER: needs its option cycles_max");
  if (node->outputs->size > 1 && OutputElements(context, node, 1, kTfLiteBool) != 1) {
    return Require(false, "CIRCULAR_BUFFER: needs one bool as its second output");
  }
  return state->held.Allocate(context, state->all) ? kTfLiteOk : kTfLiteError;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  State& state = *static_cast<State*>(node->user_data);
  int8_t* const held = state.held.numbers();
  MoveDown(held + state.row, state.all - state.row, held);
  MoveDown(InputOf<int8_t>(context, node, 0), state.row, held + state.all - state.row);
  MoveDown(held, state.all, OutputOf<int8_t>(context, node, 0));
  const bool valid = --state.left == 0;
  state.left = valid ? state.cycles : state.left;
  if (node->outputs->size == 1) return valid ? kTfLiteOk : tflite::kTfLiteAbort;
  *OutputOf<bool>(context, node, 1) = valid;
  return kTfLiteOk;
}

void Reset(TfLiteContext*, void* buffer) {
  State* const state = static_cast<State*>(buffer);
  state->left = state->cycles;
  state->held.Clear();
}

}  // namespace

const TFLMRegistration* custom_ops::RegisterCircularBuffer() {
  return RegistrationOf<Init, Prepare, Invoke, Reset>();
}
