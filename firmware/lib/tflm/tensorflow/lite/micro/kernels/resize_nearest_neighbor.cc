#include "tensorflow/lite/micro/kernels/resize_common.h"

namespace tflm {
namespace {

enum { kAlignCorners = 0, kHalfPixelCenters = 1 };  // fields of ResizeNearestNeighborOptions

TfLiteStatus Prepare(OpContext& context) {
  const nn::ResizeParams* const params =
      PrepareResize(context, kAlignCorners, kHalfPixelCenters, 4);
  if (!params) {
    return kTfLiteError;
  }
  context.RequestScratch(nn::ResizeNearestS8ScratchBytes(*params));
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  nn::ResizeNearestS8(context.Params<nn::ResizeParams>(), context.InputData(0),
                      context.OutputData(0), static_cast<uint16_t*>(context.Scratch()));
}

}  // namespace

const OpDef ops::kResizeNearestNeighbor = {tflite::BuiltinOperator_RESIZE_NEAREST_NEIGHBOR,
                                           "RESIZE_NEAREST_NEIGHBOR", Prepare, Eval};

}  // namespace tflm
