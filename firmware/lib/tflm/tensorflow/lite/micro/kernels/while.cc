#include "tensorflow/lite/micro/kernels/subgraph.h"

namespace tflm {
namespace {

enum { kCondition = 0, kBody = 1 };  // fields of WhileOptions

struct WhileData {
  Subgraph condition;
  Subgraph body;
};

WhileData& DataOf(const OpContext& context) {
  return const_cast<WhileData&>(context.Params<WhileData>());
}

TfLiteStatus Prepare(OpContext& context) {
  WhileData* const data = context.NewParams<WhileData>();
  if (!data) {
    return kTfLiteError;
  }
  if (context.InputCount() == 0 || context.InputCount() != context.OutputCount()) {
    return context.Fail("needs as many outputs as inputs, one at least");
  }
  if (PrepareSubgraph(context, context.OptionU32(kCondition, 0), 0, true, &data->condition) !=
          kTfLiteOk ||
      PrepareSubgraph(context, context.OptionU32(kBody, 0), 0, false, &data->body) != kTfLiteOk) {
    return kTfLiteError;
  }
  const uint32_t condition = data->condition.bytes;
  context.RequestScratch(data->body.bytes > condition ? data->body.bytes : condition);
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const Graph& graph = context.graph();
  WhileData& data = DataOf(context);
  Graph condition = OpenSubgraph(context, data.condition);
  Graph body = OpenSubgraph(context, data.body);
  const Graph::Indices inputs = graph.IndicesAt(context.node().inputs);
  // What goes from round to round is in the op's outputs.
  const Graph::Indices state = graph.IndicesAt(context.node().outputs);
  const uint32_t count = state.count();
  const uint32_t decision = *graph.IndicesAt(data.condition.outputs.pos).first;
  CopyTensors(graph, inputs.first, graph, state.first, count);
  for (uint32_t round = 0; BeginRound(round); ++round) {
    CopyTensors(graph, state.first, condition, graph.IndicesAt(data.condition.inputs.pos).first,
                count);
    RunSubgraph(context, condition);
    if (graph.eval_status != kTfLiteOk || !GoesOn(condition.Data(condition.locations[decision]))) {
      return;
    }
    if (round == kMaxRounds) {
      context.FailEval("its loop does not end within 1048576 rounds");
      return;
    }
    CopyTensors(graph, state.first, body, graph.IndicesAt(data.body.inputs.pos).first, count);
    RunSubgraph(context, body);
    if (graph.eval_status != kTfLiteOk) {
      return;
    }
    CopyTensors(body, graph.IndicesAt(data.body.outputs.pos).first, graph, state.first, count);
  }
}

void Reset(OpContext& context) {
  ResetSubgraph(context, DataOf(context).condition);
  ResetSubgraph(context, DataOf(context).body);
}

}  // namespace

const OpDef ops::kWhile = {tflite::BuiltinOperator_WHILE, "WHILE", Prepare, Eval, Reset};

}  // namespace tflm
