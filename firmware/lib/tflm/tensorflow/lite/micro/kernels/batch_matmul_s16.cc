#include "nn/batch_matmul_s16.h"

#include "nn/float_batch_matmul.h"
#include "tensorflow/lite/micro/kernels/batch_matmul_common.h"
#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/s16.h"

namespace tflm {
namespace {

using MatMulS16Data = BinaryData<nn::BatchMatMulS16Params>;

TfLiteStatus Prepare(OpContext& context) {
  EndsS16 left;
  EndsS16 right;
  nn::Broadcast batches;
  nn::BatchMatMulS16Params params;
  if (!ReadEndsS16(context, &left, 0) || !ReadEndsS16(context, &right, 1) ||
      !FactorOf(context, left.in, right.in, left.out, &params.requant) ||
      !ReadMatrices(context, &params.shape, &batches)) {
    return kTfLiteError;
  }
  if (params.requant.shift > nn::kMaxShiftS64) {
    return context.Fail("needs an output scale above 2^-7 of the product of the inputs'");
  }
  if (params.shape.depth > nn::kMostMatMulDepthS16) {
    return context.Fail("sums at most 131071 products, as upstream does");
  }
  MatMulS16Data* const data = NewBinaryData<nn::BatchMatMulS16Params>(context, batches);
  if (!data) {
    return kTfLiteError;
  }
  data->params = params;
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const MatMulS16Data& data = context.Params<MatMulS16Data>();
  nn::BatchMatMulS16(data.params, data.shape, context.InputData<int16_t>(0),
                     context.InputData<int16_t>(1), context.OutputData<int16_t>(0));
}

// ---- float32

using FloatMatMulData = BinaryData<nn::MatMulShape>;

TfLiteStatus PrepareFloatMatMul(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  nn::MatMulShape shape;
  nn::Broadcast batches;
  if (!ReadEndsF32(context, &input, &output) || !ReadEndsF32(context, &input, &output, 1) ||
      !ReadMatrices(context, &shape, &batches)) {
    return kTfLiteError;
  }
  FloatMatMulData* const data = NewBinaryData<nn::MatMulShape>(context, batches);
  if (!data) {
    return kTfLiteError;
  }
  data->params = shape;
  return kTfLiteOk;
}

void EvalFloatMatMul(OpContext& context) {
  const FloatMatMulData& data = context.Params<FloatMatMulData>();
  nn::FloatBatchMatMul(data.params, data.shape, context.InputData<uint32_t>(0),
                       context.InputData<uint32_t>(1), context.OutputData<uint32_t>(0));
}

}  // namespace

MCUFORGE_ANY_FORM(BATCH_MATMUL, BatchMatMul, Prepare, Eval, PrepareFloatMatMul, EvalFloatMatMul)

}  // namespace tflm
