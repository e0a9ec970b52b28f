#include "nn/gather.h"

#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

enum { kAxis = 0, kBatchDims = 1 };  // fields of GatherOptions

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
  const uint32_t rank = input.shape.count;
  const auto count_from_front = [&](uint32_t field, uint32_t of_rank) {
    const uint32_t value = context.OptionU32(field, 0);
    return value > INT32_MAX ? value + of_rank : value;  // negative: from the last axis
  };
  const uint32_t axis = count_from_front(kAxis, rank);
  const uint32_t batch_dims = count_from_front(kBatchDims, indices.shape.count);
  if (axis >= rank || batch_dims > axis || batch_dims > indices.shape.count) {
    return context.Fail("axis or batch dimensions out of range");
  }
  nn::GatherParams* const data = context.NewParams<nn::GatherParams>();
  if (!data) {
    return kTfLiteError;
  }
  *data = nn::GatherParams{1, 1, Extent(context, input, axis), indices.elements, input.bytes};
  for (uint32_t i = 0; i < axis; ++i) {
    const uint32_t extent = Extent(context, input, i);
    if (i < batch_dims) {
      if (extent != Extent(context, indices, i)) {
        return context.Fail("input and indices differ in a batch dimension");
      }
      data->batches *= extent;
      data->picks /= extent;
    } else {
      data->rows *= extent;
    }
  }
  const uint32_t rows = data->batches * data->rows;
  data->run_bytes /= rows * data->extent;
  // Upstream writes the output's extents anew, as many as there have to be.
  if (output.shape.count + 1 + batch_dims != rank + indices.shape.count ||
      static_cast<uint64_t>(rows) * data->picks * data->run_bytes != output.bytes) {
    return context.Fail("the output's shape does not follow from input and indices");
  }
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  if (!nn::Gather(context.Params<nn::GatherParams>(), context.InputData(0),
                  context.InputData<int32_t>(1), context.OutputData(0))) {
    context.FailEval("an index is out of range");
  }
}

}  // namespace

const OpDef ops::kGather = {tflite::BuiltinOperator_GATHER, "GATHER", Prepare, Eval};

}  // namespace tflm
