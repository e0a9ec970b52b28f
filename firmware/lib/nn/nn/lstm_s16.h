// UNIDIRECTIONAL_SEQUENCE_LSTM, 16x8: as lstm_s8.h has it, with int16 activations.

#ifndef MCUFORGE_NN_LSTM_S16_H_
#define MCUFORGE_NN_LSTM_S16_H_

#include "nn/lstm_s8.h"
#include "nn/requantize_s16.h"

namespace nn {

struct LstmS16Weights {
  const int8_t* input[kLstmGates];   // [units, features] each
  const int8_t* hidden[kLstmGates];  // [units, units] each
  const Bias64* bias[kLstmGates];    // [units] each
};

// As LstmS8. Zero points are not used; no shift of `gates` is above kMaxShiftS64.
void LstmS16(const LstmParams& params, const LstmS16Weights& weights, const int16_t* input,
             int16_t* hidden, int16_t* cell, int16_t* output);

}  // namespace nn

#endif  // MCUFORGE_NN_LSTM_S16_H_
