#include "nn/lstm_s8.h"
#include "nn/sum_rows_s8.h"

namespace nn {
namespace {

constexpr uint32_t kUnitsAtOnce = 8;

int16_t Saturate16(int32_t x) { return static_cast<int16_t>(Clamp(x, INT16_MIN, INT16_MAX)); }

// a * b as an int16 by `factor`.
int16_t Product(int16_t a, int16_t b, Requant factor) {
  return Saturate16(ApplyRequant(a * b, factor));
}

struct Step {
  const int8_t* input;
  const int8_t* hidden;  // before this step
  int16_t* cell;
  int8_t* output;  // the hidden state after this step
};

// A gate of `count` units from `unit` on, before its curve: Q3.12.
void SumGate(const LstmParams& p, const LstmWeights& weights, uint32_t gate, const Step& step,
             uint32_t unit, uint32_t count, int16_t* sums) {
  int32_t of_input[kUnitsAtOnce];
  int32_t of_hidden[kUnitsAtOnce];
  SumRowsS8(step.input, p.in_zero_point, p.features, weights.input[gate] + unit * p.features, count,
            weights.bias[gate] + unit, of_input);
  SumRowsS8(step.hidden, p.hidden_zero_point, p.units, weights.hidden[gate] + unit * p.units, count,
            nullptr, of_hidden);
  const LstmFactors factors = p.gates[gate];
  for (uint32_t i = 0; i < count; ++i) {
    sums[i] = Saturate16(Saturate16(ApplyRequant(of_input[i], factors.input)) +
                         Saturate16(ApplyRequant(of_hidden[i], factors.hidden)));
  }
}

void RunStep(const LstmParams& p, const LstmWeights& weights, const Step& step) {
  constexpr SigmoidScaleS16 kQ3_12{3, 0};
  for (uint32_t unit = 0; unit < p.units; unit += kUnitsAtOnce) {
    const uint32_t count = p.units - unit < kUnitsAtOnce ? p.units - unit : kUnitsAtOnce;
    int16_t gates[kLstmGates][kUnitsAtOnce];
    for (uint32_t gate = 0; gate < kLstmGates; ++gate) {
      SumGate(p, weights, gate, step, unit, count, gates[gate]);
    }
    for (uint32_t i = 0; i < count; ++i) {
      int16_t& cell = step.cell[unit + i];
      const int16_t kept = Product(LogisticS16(kQ3_12, gates[kForgetGate][i]), cell, p.forget_cell);
      const int16_t added = Product(LogisticS16(kQ3_12, gates[kInputGate][i]),
                                    TanhS16(kQ3_12, gates[kCellGate][i]), p.input_cell);
      cell = Saturate16(kept + added);
      if (p.cell_clip > 0) {
        cell = static_cast<int16_t>(Clamp(cell, -p.cell_clip, p.cell_clip));
      }
      const int32_t shown =
          TanhS16(p.cell_scale, cell) * LogisticS16(kQ3_12, gates[kOutputGate][i]);
      step.output[unit + i] =
          RequantizeTo8(shown, p.hidden, p.hidden_zero_point, INT8_MIN, INT8_MAX);
    }
  }
}

}  // namespace

void LstmS8(const LstmParams& p, const LstmWeights& weights, const int8_t* input, int8_t* hidden,
            int16_t* cell, int8_t* output) {
  for (uint32_t batch = 0; batch < p.batches; ++batch, hidden += p.units, cell += p.units) {
    Step step;
    step.hidden = hidden;
    step.cell = cell;
    for (uint32_t time = 0; time < p.steps; ++time) {
      const uint32_t row = batch * p.batch_step + time * p.time_step;
      step.input = input + row * p.features;
      step.output = output + row * p.units;
      RunStep(p, weights, step);
      step.hidden = step.output;  // so that the state itself is written once, at the end
    }
    for (uint32_t i = 0; i < p.units; ++i) {
      hidden[i] = step.hidden[i];
    }
  }
}

}  // namespace nn
