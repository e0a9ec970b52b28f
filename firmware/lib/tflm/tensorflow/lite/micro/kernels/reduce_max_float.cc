// REDUCE_MAX and REDUCE_MIN, float32.

#include "nn/float_reduce.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/reduce_common.h"

namespace tflm {
namespace {

void EvalFloatMax(OpContext& context) {
  nn::FloatMax(context.Params<nn::ReduceParams>(), context.InputData<uint32_t>(0),
               context.OutputData<uint32_t>(0));
}

void EvalFloatMin(OpContext& context) {
  nn::FloatMin(context.Params<nn::ReduceParams>(), context.InputData<uint32_t>(0),
               context.OutputData<uint32_t>(0));
}

}  // namespace

MCUFORGE_FLOAT_FORM(REDUCE_MAX, ReduceMax, PrepareFloatReduction, EvalFloatMax)
MCUFORGE_FLOAT_FORM(REDUCE_MIN, ReduceMin, PrepareFloatReduction, EvalFloatMin)

}  // namespace tflm
