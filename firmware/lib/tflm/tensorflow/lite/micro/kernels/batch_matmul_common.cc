#include "tensorflow/lite/micro/kernels/batch_matmul_common.h"

namespace tflm {
namespace {

enum {
  kLeftTransposed = 0,
  kRightTransposed = 1
};  // fields of BatchMatMulOptions, adj_x and adj_y

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

}  // namespace

bool ReadMatrices(const OpContext& context, nn::MatMulShape* shape, nn::Broadcast* batches) {
  TensorInfo input[2];
  TensorInfo output;
  if (!context.Input(0, &input[0]) || !context.Input(1, &input[1]) || !context.Output(0, &output)) {
    return false;
  }
  if (input[0].shape.count < 2 || input[1].shape.count < 2 || output.shape.count < 2 ||
      !FillBatches(context, input, output, batches)) {
    context.Fail("needs matrices, 2-D to 5-D, whose batches broadcast to the output's");
    return false;
  }
  const bool left_lies = context.OptionU8(kLeftTransposed, 0) != 0;
  const bool right_lies = context.OptionU8(kRightTransposed, 0) != 0;
  const auto end = [&](const TensorInfo& info, uint32_t back) {
    return Extent(context, info, info.shape.count - back);
  };
  shape->rows = end(input[0], left_lies ? 1 : 2);
  shape->depth = end(input[0], left_lies ? 2 : 1);
  shape->columns = end(input[1], right_lies ? 2 : 1);
  if (end(input[1], right_lies ? 1 : 2) != shape->depth || end(output, 2) != shape->rows ||
      end(output, 1) != shape->columns) {
    context.Fail("the output's shape does not follow from the inputs'");
    return false;
  }
  shape->left_row_step = left_lies ? 1 : shape->depth;
  shape->left_depth_step = left_lies ? shape->rows : 1;
  shape->right_depth_step = right_lies ? 1 : shape->columns;
  shape->right_column_step = right_lies ? shape->depth : 1;
  return true;
}

}  // namespace tflm
