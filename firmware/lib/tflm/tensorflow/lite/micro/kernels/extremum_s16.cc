#include "nn/binary_s16.h"
#include "tensorflow/lite/micro/kernels/float_binary.h"
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

void EvalMaximum(OpContext& context) { EvalExtremumS16(context, nn::Extremum::kMaximum); }

void EvalMinimum(OpContext& context) { EvalExtremumS16(context, nn::Extremum::kMinimum); }

}  // namespace

MCUFORGE_ANY_FORM(MAXIMUM, Maximum, PrepareExtremumS16, EvalMaximum, PrepareF32, EvalF32)
MCUFORGE_ANY_FORM(MINIMUM, Minimum, PrepareExtremumS16, EvalMinimum, PrepareF32, EvalF32)

}  // namespace tflm
