#include "tensorflow/lite/micro/kernels/extremum_common.h"

#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

struct ExtremumData {
  uint32_t is_s32;
  nn::Broadcast shape;
};

}  // namespace

TfLiteStatus PrepareExtremum(OpContext& context) {
  // Upstream compares the integers whatever their scales are; so does this.
  BinaryOperands operands;
  bool s32;
  if (!ReadBinary(context, &operands, &s32)) {
    return kTfLiteError;
  }
  auto* const data =
      static_cast<ExtremumData*>(NewBinaryData(context, operands.shape, sizeof(ExtremumData)));
  if (!data) {
    return kTfLiteError;
  }
  data->is_s32 = s32;
  return kTfLiteOk;
}

void EvalExtremum(OpContext& context, nn::Extremum which) {
  const ExtremumData& data = context.Params<ExtremumData>();
  if (data.is_s32) {
    nn::ExtremumS32(which, data.shape, context.InputData<int32_t>(0), context.InputData<int32_t>(1),
                    context.OutputData<int32_t>(0));
  } else {
    nn::ExtremumS8(which, data.shape, context.InputData(0), context.InputData(1),
                   context.OutputData(0));
  }
}

}  // namespace tflm
