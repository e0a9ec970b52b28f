#include "tensorflow/lite/micro/kernels/f32.h"

#include "nn/scale.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

bool IsF32(const OpContext& context) {
  TensorInfo info;
  return context.OutputCount() != 0 && context.graph().ReadTensor(context.OutputIndex(0), &info) &&
         info.type == kTfLiteFloat32;
}

bool ReadEndsF32(const OpContext& context, TensorInfo* input, TensorInfo* output, uint32_t i) {
  if (!context.Input(i, input) || !context.Output(0, output)) {
    return false;
  }
  if (input->type != kTfLiteFloat32 || output->type != kTfLiteFloat32) {
    context.Fail("needs a float32 input and a float32 output");
    return false;
  }
  return true;
}

bool ReadUnaryF32(OpContext& context, uint32_t* count) {
  TensorInfo input;
  TensorInfo output;
  if (!ReadEndsF32(context, &input, &output)) {
    return false;
  }
  if (input.elements != output.elements) {
    context.Fail("input and output differ in shape");
    return false;
  }
  *count = input.elements;
  context.AllowInPlace(0);
  return true;
}

RangeF32 FusedRangeF32(const OpContext& context, uint32_t field) {
  constexpr uint32_t kSign = UINT32_C(1) << 31;
  constexpr uint32_t kHighest = UINT32_C(0x7f7fffff);
  constexpr uint32_t kOne = UINT32_C(0x3f800000);
  constexpr uint32_t kSix = UINT32_C(0x40c00000);
  switch (static_cast<nn::Activation>(context.OptionU8(field, 0))) {
    case nn::Activation::kRelu:
      return {0, kHighest};
    case nn::Activation::kReluN1To1:
      return {kSign | kOne, kOne};
    case nn::Activation::kRelu6:
      return {0, kSix};
    default:
      return {kSign | kHighest, kHighest};
  }
}

}  // namespace tflm
