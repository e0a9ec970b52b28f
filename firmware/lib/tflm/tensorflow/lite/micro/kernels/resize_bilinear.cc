#include "tensorflow/lite/micro/kernels/resize_common.h"

namespace tflm {
namespace {

enum { kAlignCorners = 2, kHalfPixelCenters = 3 };  // fields of ResizeBilinearOptions

TfLiteStatus Prepare(OpContext& context) {
  const nn::ResizeParams* const params = PrepareResize(context, kAlignCorners, kHalfPixelCenters);
  if (!params) {
    return kTfLiteError;
  }
  if (params->align_corners && params->half_pixel_centers) {
    return context.Fail("align_corners and half_pixel_centers exclude each other");
  }
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::ResizeBilinearS8(context.Params<nn::ResizeParams>(), context.InputData(0),
                       context.OutputData(0));
}

}  // namespace

const OpDef ops::kResizeBilinear = {tflite::BuiltinOperator_RESIZE_BILINEAR, "RESIZE_BILINEAR",
                                    Prepare, Eval};

}  // namespace tflm
