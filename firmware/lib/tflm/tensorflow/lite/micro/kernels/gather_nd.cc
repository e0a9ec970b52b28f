#include "nn/gather_nd.h"

#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo input;
  TensorInfo indices;
  TensorInfo output;
  if (!context.Input(0, &input) || !context.Input(1, &indices) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  if (indices.type != kTfLiteInt32 || input.type != output.type) {
    return context.Fail("needs int32 indices, and an output of the input's type");
  }
  const uint32_t rank = indices.shape.count;
  const uint32_t depth = rank == 0 ? 0 : Extent(context, indices, rank - 1);
  if (depth == 0 || depth > input.shape.count || depth > nn::kMaxRank) {
    return context.Fail("needs indices along 1 to 5 of the input's axes");
  }
  nn::GatherNdParams* const params = context.NewParams<nn::GatherNdParams>();
  if (!params) {
    return kTfLiteError;
  }
  *params = nn::GatherNdParams{indices.elements / depth, depth, {}, input.bytes};
  for (uint32_t axis = 0; axis < depth; ++axis) {
    params->extent[axis] = Extent(context, input, axis);
    params->slice_bytes /= params->extent[axis];
  }
  if (static_cast<uint64_t>(params->picks) * params->slice_bytes != output.bytes) {
    return context.Fail("the output's shape does not follow from input and indices");
  }
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  if (!nn::GatherNd(context.Params<nn::GatherNdParams>(), context.InputData(0),
                    context.InputData<int32_t>(1), context.OutputData(0))) {
    context.FailEval("an index is out of range");
  }
}

}  // namespace

const OpDef ops::kGatherNd = {tflite::BuiltinOperator_GATHER_ND, "GATHER_ND", Prepare, Eval};

}  // namespace tflm
