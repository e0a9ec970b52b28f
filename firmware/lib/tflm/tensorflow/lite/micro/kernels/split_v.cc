#include "tensorflow/lite/micro/kernels/parts.h"

namespace tflm {
namespace {

// Inputs. Input 1 holds the parts' extents, which stand in the outputs' shapes too.
enum { kWhole = 0, kAxis = 2 };

TfLiteStatus Prepare(OpContext& context) {
  int32_t axis;
  return ReadAxis(context, kAxis, &axis) ? PrepareSplit(context, kWhole, axis, PartsAxis::kKept)
                                         : kTfLiteError;
}

void Eval(OpContext& context) { Split(context, kWhole); }

}  // namespace

const OpDef ops::kSplitV = {tflite::BuiltinOperator_SPLIT_V, "SPLIT_V", Prepare, Eval};

}  // namespace tflm
