#include "nn/binary_s16.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

struct ExtremumData {
  nn::Broadcast shape;
};

TfLiteStatus PrepareExtremumS16(OpContext& context) {
  // Upstream compares the integers whatever their scales are; so does this.
  BinaryOperandsS16 operands;
  return ReadBinaryS16(context, &operands) &&
                 NewBinaryData(context, operands.shape, sizeof(ExtremumData))
             ? kTfLiteOk
             : kTfLiteError;
}

void EvalExtremumS16(OpContext& context, nn::Extremum which) {
  nn::ExtremumS16(which, context.Params<ExtremumData>().shape, context.InputData<int16_t>(0),
                  context.InputData<int16_t>(1), context.OutputData<int16_t>(0));
}

TfLiteStatus PrepareMaximum(OpContext& context) {
  return IsS16(context) ? PrepareExtremumS16(context) : int8_ops::kMaximum.prepare(context);
}

void EvalMaximum(OpContext& context) {
  if (IsS16(context)) {
    EvalExtremumS16(context, nn::Extremum::kMaximum);
  } else {
    int8_ops::kMaximum.eval(context);
  }
}

TfLiteStatus PrepareMinimum(OpContext& context) {
  return IsS16(context) ? PrepareExtremumS16(context) : int8_ops::kMinimum.prepare(context);
}

void EvalMinimum(OpContext& context) {
  if (IsS16(context)) {
    EvalExtremumS16(context, nn::Extremum::kMinimum);
  } else {
    int8_ops::kMinimum.eval(context);
  }
}

}  // namespace

const OpDef ops::kMaximum = {tflite::BuiltinOperator_MAXIMUM, "MAXIMUM", PrepareMaximum,
                             EvalMaximum};
const OpDef ops::kMinimum = {tflite::BuiltinOperator_MINIMUM, "MINIMUM", PrepareMinimum,
                             EvalMinimum};

}  // namespace tflm
