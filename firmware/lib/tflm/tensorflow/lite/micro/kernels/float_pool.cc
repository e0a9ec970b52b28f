#include "nn/float_pool.h"

#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/float_pool.h"
#include "tensorflow/lite/micro/kernels/pool_common.h"

namespace tflm {
namespace {

nn::FloatPooling PoolingOf(const OpContext& context) {
  switch (context.entry().def->code) {
    case tflite::BuiltinOperator_MAX_POOL_2D:
      return nn::FloatPooling::kMax;
    case tflite::BuiltinOperator_AVERAGE_POOL_2D:
      return nn::FloatPooling::kAverage;
    default:
      return nn::FloatPooling::kL2;
  }
}

}  // namespace

TfLiteStatus PrepareFloatPool(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  if (!ReadEndsF32(context, &input, &output)) {
    return kTfLiteError;
  }
  nn::FloatPoolParams* const params = context.NewParams<nn::FloatPoolParams>();
  if (!params || FillPool(context, input, output, &params->shape) != kTfLiteOk) {
    return kTfLiteError;
  }
  const RangeF32 range = FusedRangeF32(context, kPoolActivation);
  params->low = range.low;
  params->high = range.high;
  params->pooling = PoolingOf(context);
  return kTfLiteOk;
}

void EvalFloatPool(OpContext& context) {
  nn::FloatPool(context.Params<nn::FloatPoolParams>(), context.InputData<uint32_t>(0),
                context.OutputData<uint32_t>(0));
}

const OpDef ops::kL2Pool2D = {tflite::BuiltinOperator_L2_POOL_2D, "L2_POOL_2D", PrepareFloatPool,
                              EvalFloatPool};

}  // namespace tflm
