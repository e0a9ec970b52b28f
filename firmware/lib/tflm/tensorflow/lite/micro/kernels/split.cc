#include "tensorflow/lite/micro/kernels/parts.h"

namespace tflm {
namespace {

enum { kAxis = 0, kWhole = 1 };  // inputs

TfLiteStatus Prepare(OpContext& context) {
  int32_t axis;
  return ReadAxis(context, kAxis, &axis) ? PrepareSplit(context, kWhole, axis, PartsAxis::kKept)
                                         : kTfLiteError;
}

void Eval(OpContext& context) { Split(context, kWhole); }

}  // namespace

const OpDef ops::kSplit = {tflite::BuiltinOperator_SPLIT, "SPLIT", Prepare, Eval};

}  // namespace tflm
