#include "nn/float_softmax.h"
#include "tensorflow/lite/micro/kernels/f32.h"

namespace tflm {
namespace {

TfLiteStatus PrepareFloatLogSoftmax(OpContext& context) {
  RowsF32* const rows = context.NewParams<RowsF32>();
  if (!rows || !ReadRowsF32(context, rows)) {
    return kTfLiteError;
  }
  context.AllowInPlace(0);
  return kTfLiteOk;
}

void EvalFloatLogSoftmax(OpContext& context) {
  const RowsF32& rows = context.Params<RowsF32>();
  nn::FloatLogSoftmax(rows.count, rows.depth, context.InputData<uint32_t>(0),
                      context.OutputData<uint32_t>(0));
}

}  // namespace

MCUFORGE_FLOAT_FORM(LOG_SOFTMAX, LogSoftmax, PrepareFloatLogSoftmax, EvalFloatLogSoftmax)

}  // namespace tflm
