#include "tensorflow/lite/micro/kernels/batch_matmul_common.h"

namespace tflm {
namespace {

using MatMulData = BinaryData<nn::BatchMatMulParams>;

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo info;
  QuantizedS8 in[2];
  QuantizedS8 out;
  nn::Broadcast batches;
  nn::BatchMatMulParams params;
  if (!context.Input(0, &info) || !ReadQuantizedS8(context, info, &in[0]) ||
      !context.Input(1, &info) || !ReadQuantizedS8(context, info, &in[1]) ||
      !context.Output(0, &info) || !ReadQuantizedS8(context, info, &out) ||
      !FactorOf(context, in[0].scale, in[1].scale, out.scale, &params.requant) ||
      !ReadMatrices(context, &params.shape, &batches)) {
    return kTfLiteError;
  }
  if (params.shape.depth > nn::kMostMatMulDepth) {
    return context.Fail("sums at most 33025 products, which an int32 holds");
  }
  params.left_zero_point = in[0].zero_point;
  params.right_zero_point = in[1].zero_point;
  params.out_zero_point = out.zero_point;
  MatMulData* const data = NewBinaryData<nn::BatchMatMulParams>(context, batches);
  if (!data) {
    return kTfLiteError;
  }
  data->params = params;
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const MatMulData& data = context.Params<MatMulData>();
  nn::BatchMatMulS8(data.params, data.shape, context.InputData(0), context.InputData(1),
                    context.OutputData(0));
}

}  // namespace

const OpDef int8_ops::kBatchMatMul = {tflite::BuiltinOperator_BATCH_MATMUL, "BATCH_MATMUL", Prepare,
                                      Eval};

}  // namespace tflm
