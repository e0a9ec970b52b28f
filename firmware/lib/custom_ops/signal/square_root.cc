// SignalFilterBankSquareRoot: square roots of uint64, to nearest, shifted right by the second
// input.

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
  state->elements = InputElements(context, node, 0, kTfLiteUInt64);
  return Require(state->elements && InputElements(context, node, 1, kTfLiteInt32) == 1 &&
                     OutputElements(context, node, 0, kTfLiteUInt32) == state->elements,
                 "SignalFilterBankSquareRoot: needs uint64, an int32 shift, and uint32 out");
}

// Bit by bit, from the highest on; at most 2^32 - 1.
uint32_t SquareRoot(uint64_t x) {
  uint64_t root = 0;
  uint64_t rest = x;
  for (uint64_t bit = UINT64_C(1) << 62; bit != 0; bit >>= 2) {
    if (rest >= root + bit) {
      rest -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  // The next integer is nearer where more than `root` is left of the square.
  return static_cast<uint32_t>(rest > root && root < UINT32_MAX ? root + 1 : root);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const State& state = *static_cast<const State*>(node->user_data);
  const uint64_t* const input = InputOf<uint64_t>(context, node, 0);
  const int32_t shift = *InputOf<int32_t>(context, node, 1);
  uint32_t* const output = OutputOf<uint32_t>(context, node, 0);
  if (shift < 0 || shift > 31) {
    return Require(false, "SignalFilterBankSquareRoot: needs a shift in 0..31");
  }
  for (int32_t i = 0; i < state.elements; ++i) {
    output[i] = SquareRoot(input[i]) >> shift;
  }
  return kTfLiteOk;
}

}  // namespace

const TFLMRegistration* custom_ops::RegisterSignalFilterBankSquareRoot() {
  return RegistrationOf<Init, Prepare, Invoke>();
}
