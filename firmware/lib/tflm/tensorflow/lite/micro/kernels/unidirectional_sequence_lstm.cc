#include "nn/lstm_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/lstm_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  return PrepareLstm(context, LstmForm{ReadQuantizedS8, kTfLiteInt32, nn::kMaxShift});
}

void Eval(OpContext& context) {
  nn::LstmWeights weights;
  ReadLstmWeights<int32_t>(context, &weights);
  nn::LstmS8(context.Params<nn::LstmParams>(), weights, context.InputData(kInput),
             StateData<int8_t>(context, kHidden), StateData<int16_t>(context, kCell),
             context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kUnidirectionalSequenceLSTM = {
    tflite::BuiltinOperator_UNIDIRECTIONAL_SEQUENCE_LSTM, "UNIDIRECTIONAL_SEQUENCE_LSTM", Prepare,
    Eval};

}  // namespace tflm
