// SignalIrfft: fft_length / 2 + 1 complex numbers, pairs of int16, back to frames of fft_length.

#include "custom_ops.h"
#include "signal/options.h"
#include "signal/rfft.h"
#include "signal/tensors.h"

using namespace custom_ops;

namespace {

struct State {
  int32_t size, frames;
  int scratch;  // its index
};

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  State* const state = NewState<State>(context);
  if (state) state->size = RfftSizeOption(buffer, length);
  return state;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (!state) return kTfLiteError;
  if (state->size == 0) {
    return Require(false, "SignalIrfft: needs int16 and an fft_length of 16, 32 .. 4096");
  }
  const int32_t elements = InputElements(context, node, 0, kTfLiteInt16);
  state->frames = elements / (state->size + 2);
  if (!state->frames || elements != state->frames * (state->size + 2) ||
      OutputElements(context, node, 0, kTfLiteInt16) != state->frames * state->size) {
    return Require(false,
                   "SignalIrfft: needs fft_length / 2 + 1 pairs, and fft_length numbers out");
  }
  return context->RequestScratchBufferInArena(
      context, static_cast<uint32_t>(state->size / 2) * sizeof(Complex16), &state->scratch);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const State& state = *static_cast<const State*>(node->user_data);
  auto* const scratch = static_cast<Complex16*>(context->GetScratchBuffer(context, state.scratch));
  const auto* input = reinterpret_cast<const Complex16*>(InputOf<int16_t>(context, node, 0));
  int16_t* output = OutputOf<int16_t>(context, node, 0);
  for (int32_t i = 0; i < state.frames; ++i) {
    InverseRfft(state.size, input, scratch, output);
    input += state.size / 2 + 1;
    output += state.size;
  }
  return kTfLiteOk;
}

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalIrfft() {
  return RegistrationOf<Init, Prepare, Invoke>();
}
