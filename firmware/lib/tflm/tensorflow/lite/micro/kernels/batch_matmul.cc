#include "nn/batch_matmul_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {
namespace {

enum {
  kLeftTransposed = 0,
  kRightTransposed = 1
};  // fields of BatchMatMulOptions, adj_x and adj_y

using MatMulData = BinaryData<nn::BatchMatMulParams>;

// How the axes before the last two broadcast. False where they do not.
bool FillBatches(const OpContext& context, const TensorInfo (&input)[2], const TensorInfo& output,
                 nn::Broadcast* batches) {
  uint32_t in[2][nn::kMaxRank];
  uint32_t out[nn::kMaxRank];
  if (!PaddedShape(context, input[0], in[0]) || !PaddedShape(context, input[1], in[1]) ||
      !PaddedShape(context, output, out)) {
    return false;
  }
  uint32_t step[2] = {1, 1};
  bool valid = true;
  batches->axes = 0;
  for (int32_t axis = nn::kMaxRank - 3; axis >= 0; --axis) {
    nn::BroadcastAxis& one = batches->axis[batches->axes++];
    one.extent = out[axis];
    valid = valid && (in[0][axis] == out[axis] || in[1][axis] == out[axis]);
    for (uint32_t i = 0; i < 2; ++i) {
      valid = valid && (in[i][axis] == out[axis] || in[i][axis] == 1);
      one.step[i] = in[i][axis] == 1 ? 0 : step[i];
      step[i] *= in[i][axis];
    }
  }
  return valid;
}

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input[2];
  TensorInfo output;
  QuantizedS8 in[2];
  QuantizedS8 out;
  nn::Broadcast batches;
  nn::BatchMatMulParams params;
  if (!context.Input(0, &input[0]) || !context.Input(1, &input[1]) || !context.Output(0, &output) ||
      !ReadQuantizedS8(context, input[0], &in[0]) || !ReadQuantizedS8(context, input[1], &in[1]) ||
      !ReadQuantizedS8(context, output, &out) ||
      !FactorOf(context, in[0].scale, in[1].scale, out.scale, &params.requant)) {
    return kTfLiteError;
  }
  if (input[0].shape.count < 2 || input[1].shape.count < 2 || output.shape.count < 2 ||
      !FillBatches(context, input, output, &batches)) {
    return context.Fail("needs matrices, 2-D to 5-D, whose batches broadcast to the output's");
  }
  const bool left_lies = context.OptionU8(kLeftTransposed, 0) != 0;
  const bool right_lies = context.OptionU8(kRightTransposed, 0) != 0;
  const auto end = [&](const TensorInfo& info, uint32_t back) {
    return Extent(context, info, info.shape.count - back);
  };
  params.rows = end(input[0], left_lies ? 1 : 2);
  params.depth = end(input[0], left_lies ? 2 : 1);
  params.columns = end(input[1], right_lies ? 2 : 1);
  if (end(input[1], right_lies ? 1 : 2) != params.depth || end(output, 2) != params.rows ||
      end(output, 1) != params.columns) {
    return context.Fail("the output's shape does not follow from the inputs'");
  }
  if (params.depth > nn::kMostMatMulDepth) {
    return context.Fail("sums at most 33025 products, which an int32 holds");
  }
  params.left_row_step = left_lies ? 1 : params.depth;
  params.left_depth_step = left_lies ? params.rows : 1;
  params.right_depth_step = right_lies ? 1 : params.columns;
  params.right_column_step = right_lies ? params.depth : 1;
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

const OpDef ops::kBatchMatMul = {tflite::BuiltinOperator_BATCH_MATMUL, "BATCH_MATMUL", Prepare,
                                 Eval};

}  // namespace tflm
