#include "tensorflow/lite/micro/kernels/extremum_common.h"

namespace tflm {
namespace {

void Eval(OpContext& context) { EvalExtremum(context, nn::Extremum::kMinimum); }

}  // namespace

const OpDef int8_ops::kMinimum = {tflite::BuiltinOperator_MINIMUM, "MINIMUM", PrepareExtremum,
                                  Eval};

}  // namespace tflm
