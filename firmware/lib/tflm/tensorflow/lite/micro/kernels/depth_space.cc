#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/strided_copy.h"

namespace tflm {
namespace {

constexpr uint32_t kBlockSize = 0;  // field of SpaceToDepthOptions and DepthToSpaceOptions

// Pixels of a block [block, block] become channels, or channels pixels. The walk is over
// (batch and block row, block, row in the block, the rest), in the output's order.
TfLiteStatus Prepare(OpContext& context, bool to_depth) {
  TensorInfo input;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  if (input.shape.count != 4 || output.shape.count != 4) {
    return context.Fail("needs 4-D input and output");
  }
  nn::StridedCopy* const copy = NewStridedCopy(context, input, output);
  if (!copy) {
    return kTfLiteError;
  }
  const TensorInfo& space = to_depth ? input : output;
  const TensorInfo& depth = to_depth ? output : input;
  const uint64_t block = context.OptionU32(kBlockSize, 0);
  if (block == 0 || Extent(context, space, 0) != Extent(context, depth, 0) ||
      Extent(context, space, 1) != block * Extent(context, depth, 1) ||
      Extent(context, space, 2) != block * Extent(context, depth, 2) ||
      block * block * Extent(context, space, 3) != Extent(context, depth, 3)) {
    return context.Fail("the output's shape does not follow from the block size");
  }
  // Of the memory order (rows of blocks, row in the block, block, pixels and channels) of the image
  // and (rows of blocks, block, row in the block, pixels and channels) of the depth, one of the two
  // middle axes comes first.
  const uint32_t size = static_cast<uint32_t>(block);
  const uint32_t bytes = copy->element_bytes;
  const uint32_t run = size * Extent(context, space, 3) * bytes;
  const uint32_t blocks = Extent(context, depth, 2);
  copy->extent[0] = 1;
  copy->extent[1] = Extent(context, depth, 0) * Extent(context, depth, 1);
  copy->extent[2] = to_depth ? blocks : size;
  copy->extent[3] = to_depth ? size : blocks;
  copy->extent[4] = run / bytes;
  copy->step[1] = static_cast<int32_t>(size * blocks * run);
  copy->step[2] = static_cast<int32_t>(run);
  copy->step[3] = static_cast<int32_t>((to_depth ? blocks : size) * run);
  copy->step[4] = static_cast<int32_t>(bytes);
  nn::MergeAxes(copy);
  return kTfLiteOk;
}

TfLiteStatus PrepareToDepth(OpContext& context) { return Prepare(context, true); }
TfLiteStatus PrepareToSpace(OpContext& context) { return Prepare(context, false); }

}  // namespace

const OpDef ops::kSpaceToDepth = {tflite::BuiltinOperator_SPACE_TO_DEPTH, "SPACE_TO_DEPTH",
                                  PrepareToDepth, EvalStridedCopy};
const OpDef ops::kDepthToSpace = {tflite::BuiltinOperator_DEPTH_TO_SPACE, "DEPTH_TO_SPACE",
                                  PrepareToSpace, EvalStridedCopy};

}  // namespace tflm
