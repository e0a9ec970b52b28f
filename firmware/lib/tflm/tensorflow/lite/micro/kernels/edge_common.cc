#include "tensorflow/lite/micro/kernels/edge_common.h"

namespace tflm {

bool ReadEdge(OpContext& context, TensorInfo* input, TensorInfo* output) {
  if (!context.Input(0, input) || !context.Output(0, output)) {
    return false;
  }
  if (input->elements != output->elements) {
    context.Fail("input and output differ in shape");
    return false;
  }
  return true;
}

bool ReadEdgeType(const OpContext& context, const TensorInfo& info, EdgeType* type) {
  ModelReader::Quantization read;
  context.reader().ReadQuantization(info, &read);
  const uint32_t scale = context.reader().U32Inside(read.scales.pos);
  auto zero_point = static_cast<int32_t>(context.reader().ZeroPoint(read));
  const bool is_unsigned = info.type == kTfLiteUInt8;
  uint32_t bytes = 1;
  if (info.type == kTfLiteInt16) {
    bytes = 2;
  } else if (info.type == kTfLiteInt32) {
    bytes = 4;
  }
  const bool known = is_unsigned || bytes != 1 || info.type == kTfLiteInt8;
  const int32_t high = is_unsigned ? UINT8_MAX : INT32_MAX >> (32 - 8 * bytes);
  const int32_t low = is_unsigned ? 0 : -high - 1;
  if (!known || read.scales.count != 1 || scale == 0 || !nn::IsValidScale(scale) ||
      zero_point < low || zero_point > high) {
    context.Fail("needs quantized tensors with one scale and one zero point");
    return false;
  }
  if (is_unsigned) {
    zero_point -= 128;
  }
  *type = EdgeType{scale, zero_point, static_cast<uint8_t>(bytes),
                   static_cast<uint8_t>(is_unsigned ? 0x80 : 0)};
  return true;
}

}  // namespace tflm
