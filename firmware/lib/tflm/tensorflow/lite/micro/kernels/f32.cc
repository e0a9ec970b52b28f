#include "tensorflow/lite/micro/kernels/f32.h"

#include "nn/float_bits.h"
#include "nn/scale.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

bool IsTensorF32(const OpContext& context, int32_t index) {
  TensorInfo info;
  return context.graph().ReadTensor(index, &info) && info.type == kTfLiteFloat32;
}

}  // namespace

bool IsF32(const OpContext& context) {
  return context.OutputCount() != 0 && IsTensorF32(context, context.OutputIndex(0));
}

bool TakesF32(const OpContext& context) {
  return context.HasInput(0) && IsTensorF32(context, context.InputIndex(0));
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

bool ReadRowsF32(const OpContext& context, RowsF32* rows) {
  TensorInfo input;
  TensorInfo output;
  if (!ReadEndsF32(context, &input, &output)) {
    return false;
  }
  if (input.shape.count == 0 || !SameShape(context, input, output)) {
    context.Fail("input and output differ in shape");
    return false;
  }
  rows->depth = Extent(context, input, input.shape.count - 1);
  rows->count = input.elements / rows->depth;
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
