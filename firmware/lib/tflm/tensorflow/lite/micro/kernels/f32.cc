#include "tensorflow/lite/micro/kernels/f32.h"

#include "nn/float_bits.h"
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
  switch (static_cast<nn::Activation>(context.OptionU8(field, 0))) {
    case nn::Activation::kRelu:
      return {0, nn::kFloatHighest};
    case nn::Activation::kReluN1To1:
      return {nn::kFloatSign | nn::kFloatOne, nn::kFloatOne};
    case nn::Activation::kRelu6:
      return {0, nn::kFloatSix};
    default:
      return {nn::kFloatLowest, nn::kFloatHighest};
  }
}

}  // namespace tflm
