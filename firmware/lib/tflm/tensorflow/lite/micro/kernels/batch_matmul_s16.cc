#include "nn/batch_matmul_s16.h"

#include "tensorflow/lite/micro/kernels/batch_matmul_common.h"
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

}  // namespace

MCUFORGE_EITHER_FORM(BATCH_MATMUL, BatchMatMul, Prepare, Eval)

}  // namespace tflm
