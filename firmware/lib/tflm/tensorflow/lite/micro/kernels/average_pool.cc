#include "nn/pool_s8.h"
#include "tensorflow/lite/micro/kernels/pool_common.h"

namespace tflm {
namespace {

void Eval(OpContext& context) {
  nn::AveragePoolS8(context.Params<nn::ConvParams>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kAveragePool2D = {tflite::BuiltinOperator_AVERAGE_POOL_2D, "AVERAGE_POOL_2D",
                                        PreparePool, Eval};

}  // namespace tflm
