// EMBEDDING_LOOKUP: rows of a table, picked by their numbers.

#include "nn/gather.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {
namespace {

TfLiteStatus Prepare(OpContext& context) {
  TensorInfo rows;
  TensorInfo table;
  TensorInfo output;
  if (!context.Input(0, &rows) || !context.Input(1, &table) || !context.Output(0, &output)) {
    return kTfLiteError;
  }
  if (rows.type != kTfLiteInt32 || rows.shape.count != 1 || table.type != output.type) {
    return context.Fail("needs a line of int32 row numbers, and an output of the table's type");
  }
  if (table.shape.count < 2) {
    return context.Fail("needs a table of at least 2 dimensions");
  }
  nn::GatherParams* const params = context.NewParams<nn::GatherParams>();
  if (!params) {
    return kTfLiteError;
  }
  const uint32_t extent = Extent(context, table, 0);
  *params = nn::GatherParams{1, 1, extent, rows.elements, table.bytes / extent};
  if (static_cast<uint64_t>(rows.elements) * params->run_bytes != output.bytes) {
    return context.Fail("the output's shape does not follow from table and rows");
  }
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  if (!nn::Gather(context.Params<nn::GatherParams>(), context.InputData(1),
                  context.InputData<int32_t>(0), context.OutputData(0))) {
    context.FailEval("a row number is out of range");
  }
}

}  // namespace

const OpDef ops::kEmbeddingLookup = {tflite::BuiltinOperator_EMBEDDING_LOOKUP, "EMBEDDING_LOOKUP",
                                     Prepare, Eval};

}  // namespace tflm
