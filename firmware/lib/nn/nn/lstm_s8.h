// UNIDIRECTIONAL_SEQUENCE_LSTM with int8 activations and an int16 cell state. Hochreiter and
// Schmidhuber, "Long Short-Term Memory", 1997, with forget gates.

#ifndef MCUFORGE_NN_LSTM_S8_H_
#define MCUFORGE_NN_LSTM_S8_H_

#include "nn/requantize.h"
#include "nn/sigmoid_s16.h"

namespace nn {

enum LstmGate : uint8_t { kInputGate, kForgetGate, kCellGate, kOutputGate, kLstmGates };

// What the sums of a gate's two products are multiplied by, to Q3.12.
struct LstmFactors {
  Requant input;
  Requant hidden;
};

struct LstmParams {
  uint32_t batches, steps;
  uint32_t features;    // of the input, a step
  uint32_t units;       // of the state
  uint32_t batch_step;  // rows from a batch's first step to the next batch's
  uint32_t time_step;   // rows from a step to the next of its batch
  LstmFactors gates[kLstmGates];
  Requant forget_cell;         // forget gate (Q0.15) times cell state, to a cell state
  Requant input_cell;          // input gate times cell gate (both Q0.15), to a cell state
  Requant hidden;              // output gate times tanh (both Q0.15), to a hidden state
  SigmoidScaleS16 cell_scale;  // of the cell state
  int16_t cell_clip;           // what the cell state is limited to, both ways; 0: nothing
  int8_t in_zero_point, hidden_zero_point;
};

struct LstmWeights {
  const int8_t* input[kLstmGates];   // [units, features] each
  const int8_t* hidden[kLstmGates];  // [units, units] each
  const int32_t* bias[kLstmGates];   // [units] each
};

//   input   rows of `features`
//   hidden  [batches, units], cell  [batches, units]: the state, before and after
//   output  rows of `units`: the hidden state after each step; not overlapping input or state
void LstmS8(const LstmParams& params, const LstmWeights& weights, const int8_t* input,
            int8_t* hidden, int16_t* cell, int8_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_LSTM_S8_H_
