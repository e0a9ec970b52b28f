#include "tensorflow/lite/micro/kernels/parts.h"

namespace tflm {
namespace {

enum { kAxis = 0, kActivation = 1 };  // fields of ConcatenationOptions

// Inputs are copied as they are, whatever their scales, as upstream does; converters give all of
// them the output's.
TfLiteStatus Prepare(OpContext& context) {
  if (context.OptionU8(kActivation, 0) != 0) {
    return context.Fail("a fused activation is not supported");
  }
  return PrepareJoin(context, static_cast<int32_t>(context.OptionU32(kAxis, 0)), PartsAxis::kKept);
}

}  // namespace

const OpDef ops::kConcatenation = {tflite::BuiltinOperator_CONCATENATION, "CONCATENATION", Prepare,
                                   Join};

}  // namespace tflm
