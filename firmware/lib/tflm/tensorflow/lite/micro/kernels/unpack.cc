#include "tensorflow/lite/micro/kernels/parts.h"

namespace tflm {
namespace {

enum { kNum = 0, kAxis = 1 };  // fields of UnpackOptions

TfLiteStatus Prepare(OpContext& context) {
  if (context.OptionU32(kNum, 0) != context.OutputCount()) {
    return context.Fail("its options say another number of outputs");
  }
  return PrepareSplit(context, 0, static_cast<int32_t>(context.OptionU32(kAxis, 0)),
                      PartsAxis::kNew);
}

void Eval(OpContext& context) { Split(context, 0); }

}  // namespace

const OpDef ops::kUnpack = {tflite::BuiltinOperator_UNPACK, "UNPACK", Prepare, Eval};

}  // namespace tflm
