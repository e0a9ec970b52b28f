// The steps of an LSTM, whatever its activations' type is.

#ifndef MCUFORGE_NN_LSTM_STEPS_H_
#define MCUFORGE_NN_LSTM_STEPS_H_

#include "nn/lstm_s8.h"

namespace nn {

constexpr uint32_t kLstmUnitsAtOnce = 8;

inline int16_t Saturate16(int32_t x) {
  return static_cast<int16_t>(Clamp(x, INT16_MIN, INT16_MAX));
}

// a * b as an int16 by `factor`.
inline int16_t GateProduct(int16_t a, int16_t b, Requant factor) {
  return Saturate16(ApplyRequant(a * b, factor));
}

template <typename T>
struct LstmStep {
  const T* input;
  const T* hidden;  // before this step
  int16_t* cell;
  T* output;  // the hidden state after this step
};

// Form: the type `Activation`, that of `Weights`, SumGate, which computes a gate of `count` units
// from `unit` on before its curve, in Q3.12, and Output, which makes a hidden state of a product.
template <class Form>
void RunLstmStep(const LstmParams& p, const typename Form::Weights& weights,
                 const LstmStep<typename Form::Activation>& step) {
  constexpr SigmoidScaleS16 kQ3_12{3, 0};
  for (uint32_t unit = 0; unit < p.units; unit += kLstmUnitsAtOnce) {
    const uint32_t count = p.units - unit < kLstmUnitsAtOnce ? p.units - unit : kLstmUnitsAtOnce;
    int16_t gates[kLstmGates][kLstmUnitsAtOnce];
    for (uint32_t gate = 0; gate < kLstmGates; ++gate) {
      Form::SumGate(p, weights, gate, step, unit, count, gates[gate]);
    }
    for (uint32_t i = 0; i < count; ++i) {
      int16_t& cell = step.cell[unit + i];
      const int16_t kept =
          GateProduct(LogisticS16(kQ3_12, gates[kForgetGate][i]), cell, p.forget_cell);
      const int16_t added = GateProduct(LogisticS16(kQ3_12, gates[kInputGate][i]),
                                        TanhS16(kQ3_12, gates[kCellGate][i]), p.input_cell);
      cell = Saturate16(kept + added);
      if (p.cell_clip > 0) {
        cell = static_cast<int16_t>(Clamp(cell, -p.cell_clip, p.cell_clip));
      }
      const int32_t shown =
          TanhS16(p.cell_scale, cell) * LogisticS16(kQ3_12, gates[kOutputGate][i]);
      step.output[unit + i] = Form::Output(p, shown);
    }
  }
}

template <class Form>
void RunLstm(const LstmParams& p, const typename Form::Weights& weights,
             const typename Form::Activation* input, typename Form::Activation* hidden,
             int16_t* cell, typename Form::Activation* output) {
  for (uint32_t batch = 0; batch < p.batches; ++batch, hidden += p.units, cell += p.units) {
    LstmStep<typename Form::Activation> step;
    step.hidden = hidden;
    step.cell = cell;
    for (uint32_t time = 0; time < p.steps; ++time) {
      const uint32_t row = batch * p.batch_step + time * p.time_step;
      step.input = input + row * p.features;
      step.output = output + row * p.units;
      RunLstmStep<Form>(p, weights, step);
      step.hidden = step.output;  // so that the state itself is written once, at the end
    }
    for (uint32_t i = 0; i < p.units; ++i) {
      hidden[i] = step.hidden[i];
    }
  }
}

}  // namespace nn

#endif  // MCUFORGE_NN_LSTM_STEPS_H_
