#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/reduce_common.h"

namespace tflm {

TfLiteStatus PrepareFloatReduction(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  uint32_t count;
  return ReadEndsF32(context, &input, &output) && NewReduction(context, input, output, &count)
             ? kTfLiteOk
             : kTfLiteError;
}

}  // namespace tflm
