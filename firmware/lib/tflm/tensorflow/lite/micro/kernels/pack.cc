#include "tensorflow/lite/micro/kernels/parts.h"

namespace tflm {
namespace {

enum { kValuesCount = 0, kAxis = 1 };  // fields of PackOptions

TfLiteStatus Prepare(OpContext& context) {
  if (context.OptionU32(kValuesCount, 0) != context.InputCount()) {
    return context.Fail("its options say another number of inputs");
  }
  return PrepareJoin(context, static_cast<int32_t>(context.OptionU32(kAxis, 0)), PartsAxis::kNew);
}

}  // namespace

const OpDef ops::kPack = {tflite::BuiltinOperator_PACK, "PACK", Prepare, Join};

}  // namespace tflm
