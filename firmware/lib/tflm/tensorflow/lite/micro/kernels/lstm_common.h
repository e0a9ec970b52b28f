// UNIDIRECTIONAL_SEQUENCE_LSTM, whatever its activations' type is.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_LSTM_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_LSTM_COMMON_H_

#include "nn/lstm_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

// Inputs by their number. Four weights each in the order of nn::LstmGate.
enum : uint32_t {
  kInput = 0,
  kInputWeights = 1,
  kHiddenWeights = 5,
  kPeepholes = 9,
  kBiases = 12,
  kProjection = 16,
  kHidden = 18,
  kCell = 19,
  kNorms = 20,
  kInputs = 24,
};

// What is otherwise from one type to the other: how an activation's quantization is read, the
// type of biases, and the most that a gate's factor is shifted by.
struct LstmForm {
  bool (*read)(const OpContext& context, const TensorInfo& info, QuantizedS8* quantized);
  TfLiteType bias;
  int32_t most_shift;
};

// Keeps nn::LstmParams as the op's parameters.
TfLiteStatus PrepareLstm(OpContext& context, const LstmForm& form);

// A state, which PrepareLstm has made sure is a variable.
template <typename T>
T* StateData(const OpContext& context, uint32_t i) {
  return const_cast<T*>(context.InputData<T>(i));
}

// Fills in nn::LstmWeights, or those of 16x8.
template <typename Bias, class Weights>
void ReadLstmWeights(const OpContext& context, Weights* weights) {
  for (uint32_t gate = 0; gate < nn::kLstmGates; ++gate) {
    weights->input[gate] = context.InputData(kInputWeights + gate);
    weights->hidden[gate] = context.InputData(kHiddenWeights + gate);
    weights->bias[gate] = context.InputData<Bias>(kBiases + gate);
  }
}

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_LSTM_COMMON_H_
