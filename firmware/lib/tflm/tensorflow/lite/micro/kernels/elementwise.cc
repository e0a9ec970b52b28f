#include "tensorflow/lite/micro/kernels/elementwise.h"

#include "tensorflow/lite/micro/bytes.h"

namespace tflm {

bool ReadUnary(OpContext& context, UnaryOperands* operands) {
  EndsS8 ends;
  if (!ReadEndsS8(context, &ends)) {
    return false;
  }
  if (ends.input.elements != ends.output.elements) {
    context.Fail("input and output differ in shape");
    return false;
  }
  *operands = UnaryOperands{ends.in, ends.out, ends.input.elements};
  context.AllowInPlace(0);
  return true;
}

bool ReadBinary(OpContext& context, BinaryOperands* operands, bool* s32) {
  TensorInfo input[2];
  TensorInfo output;
  if (!context.Input(0, &input[0]) || !context.Input(1, &input[1]) || !context.Output(0, &output)) {
    return false;
  }
  const bool integers = s32 && input[0].type == kTfLiteInt32 && input[1].type == kTfLiteInt32 &&
                        output.type == kTfLiteInt32;
  if (s32) {
    *s32 = integers;
  }
  if ((!integers && (!ReadQuantizedS8(context, input[0], &operands->in[0]) ||
                     !ReadQuantizedS8(context, input[1], &operands->in[1]) ||
                     !ReadQuantizedS8(context, output, &operands->out))) ||
      !FillBroadcast(context, input[0], input[1], output, &operands->shape)) {
    return false;
  }
  for (uint32_t i = 0; i < 2; ++i) {
    if (input[i].elements == output.elements && input[i].data == 0) {
      context.AllowInPlace(i);
    }
  }
  return true;
}

void* NewBinaryData(OpContext& context, const nn::Broadcast& shape, uint32_t data_bytes) {
  const uint32_t unused = (nn::kMaxRank - shape.axes) * sizeof(nn::BroadcastAxis);
  const uint32_t used = sizeof(nn::Broadcast) - unused;
  uint8_t* const data = static_cast<uint8_t*>(context.NewParams(data_bytes - unused));
  if (data) {
    CopyBytes(data + data_bytes - sizeof(nn::Broadcast), &shape, used);
  }
  return data;
}

}  // namespace tflm
