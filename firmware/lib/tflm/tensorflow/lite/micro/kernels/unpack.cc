#include "tensorflow/lite/micro/kernels/parts.h"

namespace tflm {
namespace {

enum { kAxis = 1 };  // field of UnpackOptions

TfLiteStatus Prepare(OpContext& context) {
  return PrepareSplit(context, 0, static_cast<int32_t>(context.OptionU32(kAxis, 0)),
                      PartsAxis::kNew);
}

void Eval(OpContext& context) { Split(context, 0); }

}  // namespace

const OpDef ops::kUnpack = {tflite::BuiltinOperator_UNPACK, "UNPACK", Prepare, Eval};

}  // namespace tflm
