#include "tensorflow/lite/micro/kernels/subgraph.h"

namespace tflm {
namespace {

enum { kThen = 0, kElse = 1 };  // fields of IfOptions

struct IfData {
  Subgraph branches[2];  // for false, for true
};

IfData& DataOf(const OpContext& context) { return const_cast<IfData&>(context.Params<IfData>()); }

TfLiteStatus Prepare(OpContext& context) {
  IfData* const data = context.NewParams<IfData>();
  TensorInfo condition;
  if (!data || !context.Input(0, &condition)) {
    return kTfLiteError;
  }
  if (condition.type != kTfLiteBool || condition.elements != 1) {
    return context.Fail("needs one bool as condition");
  }
  if (context.OutputCount() == 0) {
    return context.Fail("needs an output");
  }
  for (uint32_t branch = 0; branch < 2; ++branch) {
    const uint32_t index = context.OptionU32(branch != 0 ? kThen : kElse, 0);
    if (PrepareSubgraph(context, index, 1, false, &data->branches[branch]) != kTfLiteOk) {
      return kTfLiteError;
    }
  }
  const uint32_t bytes = data->branches[0].bytes;
  context.RequestScratch(data->branches[1].bytes > bytes ? data->branches[1].bytes : bytes);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const Graph& graph = context.graph();
  const uint8_t* const condition = context.InputData<uint8_t>(0);
  const Graph::Indices inputs = graph.IndicesAt(context.node().inputs);
  const Graph::Indices outputs = graph.IndicesAt(context.node().outputs);
  for (uint32_t branch = 2; branch-- > 0;) {
    if (!TakesBranch(condition, branch != 0)) {
      continue;
    }
    Subgraph& subgraph = DataOf(context).branches[branch];
    Graph child = OpenSubgraph(context, subgraph);
    CopyTensors(graph, inputs.first + 1, child, graph.IndicesAt(subgraph.inputs.pos).first,
                inputs.count() - 1);
    RunSubgraph(context, child);
    CopyTensors(child, graph.IndicesAt(subgraph.outputs.pos).first, graph, outputs.first,
                outputs.count());
  }
  EndBranches();
}

void Reset(OpContext& context) {
  ResetSubgraph(context, DataOf(context).branches[0]);
  ResetSubgraph(context, DataOf(context).branches[1]);
}

}  // namespace

const OpDef ops::kIf = {tflite::BuiltinOperator_IF, "IF", Prepare, Eval, Reset};

}  // namespace tflm
