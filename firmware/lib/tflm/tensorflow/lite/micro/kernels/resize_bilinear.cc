#include "tensorflow/lite/micro/kernels/resize_common.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  return PrepareResizeBilinear(context, 1) ? kTfLiteOk : kTfLiteError;
}

void Eval(OpContext& context) {
  nn::ResizeBilinearS8(context.Params<nn::ResizeParams>(), context.InputData(0),
                       context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kResizeBilinear = {tflite::BuiltinOperator_RESIZE_BILINEAR, "RESIZE_BILINEAR",
                                         Prepare, Eval};

}  // namespace tflm
