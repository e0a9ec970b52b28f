#include "nn/lstm_s16.h"

#include "tensorflow/lite/micro/kernels/lstm_common.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

bool ReadQuantizedS16(const OpContext& context, const TensorInfo& info, QuantizedS8* quantized) {
  quantized->zero_point = 0;
  return ReadScaleS16(context, info, &quantized->scale);
}

TfLiteStatus Prepare(OpContext& context) {
  return PrepareLstm(context, LstmForm{ReadQuantizedS16, kTfLiteInt64, nn::kMaxShiftS64});
}

void Eval(OpContext& context) {
  nn::LstmS16Weights weights;
  ReadLstmWeights<int64_t>(context, &weights);
  nn::LstmS16(context.Params<nn::LstmParams>(), weights, context.InputData<int16_t>(kInput),
              StateData<int16_t>(context, kHidden), StateData<int16_t>(context, kCell),
              context.OutputData<int16_t>(0));
}

}  // namespace

MCUFORGE_EITHER_FORM(UNIDIRECTIONAL_SEQUENCE_LSTM, UnidirectionalSequenceLSTM, Prepare, Eval)

}  // namespace tflm
