#include "nn/float_resize.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/resize_common.h"

namespace tflm {
namespace {

TfLiteStatus PrepareFloatResizeBilinear(OpContext& context) {
  nn::ResizeParams* const params = PrepareResizeBilinear(context, sizeof(float));
  if (!params) {
    return kTfLiteError;
  }
  params->channels /= sizeof(float);
  return kTfLiteOk;
}

void EvalFloatResizeBilinear(OpContext& context) {
  nn::FloatResizeBilinear(context.Params<nn::ResizeParams>(), context.InputData<uint32_t>(0),
                          context.OutputData<uint32_t>(0));
}

}  // namespace

MCUFORGE_FLOAT_FORM(RESIZE_BILINEAR, ResizeBilinear, PrepareFloatResizeBilinear,
                    EvalFloatResizeBilinear)

}  // namespace tflm
