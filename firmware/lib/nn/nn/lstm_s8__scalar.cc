#include "nn/lstm_steps.h"
#include "nn/sum_rows_s8.h"

namespace nn {
namespace {

struct Form {
  using Activation = int8_t;
  using Weights = LstmWeights;

  static void SumGate(const LstmParams& p, const Weights& weights, uint32_t gate,
                      const LstmStep<int8_t>& step, uint32_t unit, uint32_t count, int16_t* sums) {
    int32_t of_input[kLstmUnitsAtOnce];
    int32_t of_hidden[kLstmUnitsAtOnce];
    SumRowsS8(step.input, p.in_zero_point, p.features, weights.input[gate] + unit * p.features,
              count, weights.bias[gate] + unit, of_input);
    SumRowsS8(step.hidden, p.hidden_zero_point, p.units, weights.hidden[gate] + unit * p.units,
              count, nullptr, of_hidden);
    const LstmFactors factors = p.gates[gate];
    for (uint32_t i = 0; i < count; ++i) {
      sums[i] = Saturate16(Saturate16(ApplyRequant(of_input[i], factors.input)) +
                           Saturate16(ApplyRequant(of_hidden[i], factors.hidden)));
    }
  }

  static int8_t Output(const LstmParams& p, int32_t shown) {
    return RequantizeTo8(shown, p.hidden, p.hidden_zero_point, INT8_MIN, INT8_MAX);
  }
};

}  // namespace

void LstmS8(const LstmParams& params, const LstmWeights& weights, const int8_t* input,
            int8_t* hidden, int16_t* cell, int8_t* output) {
  RunLstm<Form>(params, weights, input, hidden, cell, output);
}

}  // namespace nn
