#include "tensorflow/lite/micro/kernels/parts.h"

namespace tflm {
namespace {

enum { kAxis = 0, kActivation = 1 };  // fields of ConcatenationOptions

// Inputs are copied as they are, so int8 ones need the output's scale and zero point.
bool IsOneQuantization(OpContext& context) {
  TensorInfo tensor;
  ModelReader::Quantization first;
  if (!context.Output(0, &tensor)) {
    return false;
  }
  context.reader().ReadQuantization(tensor, &first);
  for (uint32_t i = 0; i < context.InputCount(); ++i) {
    ModelReader::Quantization read;
    if (!context.Input(i, &tensor)) {
      return false;
    }
    context.reader().ReadQuantization(tensor, &read);
    if (tensor.type == kTfLiteInt8 &&
        (context.reader().ZeroPoint(read) != context.reader().ZeroPoint(first) ||
         context.reader().U32Inside(read.scales.pos) !=
             context.reader().U32Inside(first.scales.pos))) {
      context.Fail("needs one scale and zero point for inputs and output");
      return false;
    }
  }
  return true;
}

TfLiteStatus Prepare(OpContext& context) {
  if (context.OptionU8(kActivation, 0) != 0) {
    return context.Fail("a fused activation is not supported");
  }
  if (!IsOneQuantization(context)) {
    return kTfLiteError;
  }
  return PrepareJoin(context, static_cast<int32_t>(context.OptionU32(kAxis, 0)), PartsAxis::kKept);
}

}  // namespace

const OpDef ops::kConcatenation = {tflite::BuiltinOperator_CONCATENATION, "CONCATENATION", Prepare,
                                   Join};

}  // namespace tflm
