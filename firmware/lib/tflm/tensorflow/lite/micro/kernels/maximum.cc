#include "tensorflow/lite/micro/kernels/extremum_common.h"

namespace tflm {
namespace {

void Eval(OpContext& context) { EvalExtremum(context, nn::Extremum::kMaximum); }

}  // namespace

const OpDef int8_ops::kMaximum = {tflite::BuiltinOperator_MAXIMUM, "MAXIMUM", PrepareExtremum,
                                  Eval};

}  // namespace tflm
