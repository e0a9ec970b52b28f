#include "nn/dot_s16.h"
#include "nn/lstm_s16.h"
#include "nn/lstm_steps.h"

namespace nn {
namespace {

struct Form {
  using Activation = int16_t;
  using Weights = LstmS16Weights;

  static void SumGate(const LstmParams& p, const Weights& weights, uint32_t gate,
                      const LstmStep<int16_t>& step, uint32_t unit, uint32_t count, int16_t* sums) {
    const LstmFactors factors = p.gates[gate];
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t row = unit + i;
      const int64_t of_input =
          DotS16(step.input, weights.input[gate] + row * p.features, p.features);
      const int64_t of_hidden = DotS16(step.hidden, weights.hidden[gate] + row * p.units, p.units);
      sums[i] = Saturate16(
          Saturate16(ApplyRequantS64(of_input + weights.bias[gate][row], factors.input)) +
          Saturate16(ApplyRequantS64(of_hidden, factors.hidden)));
    }
  }

  static int16_t Output(const LstmParams& p, int32_t shown) {
    return Saturate16(ApplyRequant(shown, p.hidden));
  }
};

}  // namespace

void LstmS16(const LstmParams& params, const LstmS16Weights& weights, const int16_t* input,
             int16_t* hidden, int16_t* cell, int16_t* output) {
  RunLstm<Form>(params, weights, input, hidden, cell, output);
}

}  // namespace nn
