#include "nn/space_batch.h"

#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

constexpr uint32_t kMaxExtent = UINT32_C(1) << 16;  // of a block or of its padding

// Of the image (`space`) and of what lies in batches, for either op.
TfLiteStatus Prepare(OpContext& context, const TensorInfo& space, const TensorInfo& batch) {
  TensorInfo block;
  TensorInfo borders;  // paddings or crops: before and behind each spatial axis
  if (!context.Input(1, &block) || !context.Input(2, &borders)) {
    return kTfLiteError;
  }
  const uint32_t rank = space.shape.count;
  if (space.type != batch.type || batch.shape.count != rank || rank < 3 || rank > 4) {
    return context.Fail("needs input and output of one type and of 3 or 4 dimensions");
  }
  if (block.type != kTfLiteInt32 || block.data == 0 || block.elements != rank - 2 ||
      borders.type != kTfLiteInt32 || borders.data == 0 || borders.elements != 2 * (rank - 2)) {
    return context.Fail("needs a constant int32 block and borders for each spatial axis");
  }
  nn::SpaceBatch* const params = context.NewParams<nn::SpaceBatch>();
  if (!params) {
    return kTfLiteError;
  }
  params->batches = Extent(context, space, 0);
  params->run = Extent(context, space, rank - 1) * (space.bytes / space.elements);
  uint32_t sizes[2] = {1, 1};
  uint32_t before[2] = {0, 0};
  uint32_t space_extent[2] = {1, 1};
  uint32_t batch_extent[2] = {1, 1};
  bool fits = Extent(context, space, rank - 1) == Extent(context, batch, rank - 1);
  for (uint32_t axis = 0; axis < rank - 2; ++axis) {
    sizes[axis] = context.reader().U32(block.data + 4 * axis);
    before[axis] = context.reader().U32(borders.data + 8 * axis);
    const uint32_t behind = context.reader().U32(borders.data + 8 * axis + 4);
    space_extent[axis] = Extent(context, space, axis + 1);
    batch_extent[axis] = Extent(context, batch, axis + 1);
    fits = fits && sizes[axis] - 1 < kMaxExtent && before[axis] < kMaxExtent &&
           behind < kMaxExtent &&
           uint64_t{sizes[axis]} * batch_extent[axis] ==
               uint64_t{space_extent[axis]} + before[axis] + behind;
  }
  if (!fits || uint64_t{sizes[0]} * sizes[1] * params->batches != Extent(context, batch, 0)) {
    return context.Fail("the output's shape does not follow from block and borders");
  }
  params->block_h = sizes[0];
  params->block_w = sizes[1];
  params->before_h = before[0];
  params->before_w = before[1];
  params->space_h = space_extent[0];
  params->space_w = space_extent[1];
  params->batch_h = batch_extent[0];
  params->batch_w = batch_extent[1];
  return kTfLiteOk;
}

TfLiteStatus PrepareToBatch(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Output(0, &output) ||
      Prepare(context, input, output) != kTfLiteOk) {
    return kTfLiteError;
  }
  const nn::SpaceBatch& params = context.Params<nn::SpaceBatch>();
  if (params.batch_h * params.block_h != params.space_h ||
      params.batch_w * params.block_w != params.space_w) {
    return context.Fail("needs paddings of 0: upstream leaves open what it pads with; use PAD");
  }
  return kTfLiteOk;
}

TfLiteStatus PrepareToSpace(OpContext& context) {
  TensorInfo input;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  return Prepare(context, output, input);
}

void EvalToBatch(OpContext& context) {
  nn::SpaceToBatch(context.Params<nn::SpaceBatch>(), context.InputData(0), context.OutputData(0));
}

void EvalToSpace(OpContext& context) {
  nn::BatchToSpace(context.Params<nn::SpaceBatch>(), context.InputData(0), context.OutputData(0));
}

}  // namespace

const OpDef ops::kSpaceToBatchNd = {tflite::BuiltinOperator_SPACE_TO_BATCH_ND, "SPACE_TO_BATCH_ND",
                                    PrepareToBatch, EvalToBatch};
const OpDef ops::kBatchToSpaceNd = {tflite::BuiltinOperator_BATCH_TO_SPACE_ND, "BATCH_TO_SPACE_ND",
                                    PrepareToSpace, EvalToSpace};

}  // namespace tflm
