// ZEROS_LIKE: zeros as they are, whatever the output's zero point.

#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

void Eval(OpContext& context) { FillBytes(context.OutputData(0), 0, context.Params<uint32_t>()); }

}  // namespace

const OpDef ops::kZerosLike = {tflite::BuiltinOperator_ZEROS_LIKE, "ZEROS_LIKE", PrepareSameBytes,
                               Eval};

}  // namespace tflm
