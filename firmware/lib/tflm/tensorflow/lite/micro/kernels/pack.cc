#include "tensorflow/lite/micro/kernels/parts.h"

namespace tflm {
namespace {

enum { kAxis = 1 };  // field of PackOptions

TfLiteStatus Prepare(OpContext& context) {
  return PrepareJoin(context, static_cast<int32_t>(context.OptionU32(kAxis, 0)), PartsAxis::kNew);
}

}  // namespace

const OpDef ops::kPack = {tflite::BuiltinOperator_PACK, "PACK", Prepare, Join};

}  // namespace tflm
