#include "tensorflow/lite/micro/kernels/subgraph.h"

#include "tensorflow/lite/micro/arena_planner.h"
#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/memory_planner.h"
#include "tensorflow/lite/micro/nodes.h"

namespace tflm {
namespace {

// Deeper ones would be a model that runs itself.
constexpr uint32_t kMaxDepth = 4;

// Whether a subgraph's tensors are like the op's own from `first` on, its inputs or its outputs;
// says so if they are not.
TfLiteStatus CheckAlike(const OpContext& context, bool inputs, uint32_t first, const Graph& child,
                        ModelReader::Vector indices) {
  const uint32_t count = inputs ? context.InputCount() : context.OutputCount();
  bool alike = first + indices.count == count;
  for (uint32_t i = 0; alike && i < indices.count; ++i) {
    TensorInfo own;
    TensorInfo of_child;
    const auto index = static_cast<int32_t>(child.reader.U32Inside(indices.pos + 4 * i));
    if (!(inputs ? context.Input(first + i, &own) : context.Output(first + i, &own)) ||
        !child.ReadTensor(index, &of_child)) {
      return kTfLiteError;
    }
    alike = own.type == of_child.type && own.bytes == of_child.bytes;
  }
  return alike ? kTfLiteOk
               : context.Fail(inputs ? "its subgraph's inputs are not like its own"
                                     : "its subgraph's outputs are not like its own");
}

bool IsOneBool(const Graph& child, ModelReader::Vector outputs) {
  TensorInfo info;
  return outputs.count == 1 &&
         child.ReadTensor(static_cast<int32_t>(child.reader.U32Inside(outputs.pos)), &info) &&
         info.type == kTfLiteBool && info.elements == 1;
}

}  // namespace

TfLiteStatus PrepareSubgraph(OpContext& context, uint32_t index, uint32_t first_input, bool decides,
                             Subgraph* subgraph) {
  Graph& graph = context.graph();
  const ModelReader::Vector all =
      graph.reader.FieldVector(graph.reader.Root(), model_field::kSubgraphs, 4);
  if (index == 0 || index >= all.count) {
    return context.Fail("its subgraph is not there, or is the main one");
  }
  if (graph.depth == kMaxDepth) {
    return context.Fail("its subgraphs run subgraphs more than 4 deep");
  }
  Graph child = graph;
  child.depth = graph.depth + 1;
  child.keeps_tensors = false;
  child.last_index = kNoTensor;
  if (!ReadSubgraph(&child, index, &subgraph->inputs, &subgraph->outputs)) {
    return context.Fail("its subgraph is malformed");
  }
  if (!AllocateNodes(&child)) {
    return kTfLiteError;
  }
  if (CheckAlike(context, true, first_input, child, subgraph->inputs) != kTfLiteOk ||
      (!decides && CheckAlike(context, false, 0, child, subgraph->outputs) != kTfLiteOk)) {
    return kTfLiteError;
  }
  if (decides && !IsOneBool(child, subgraph->outputs)) {
    return context.Fail("its condition must have one bool as output");
  }
  PlannedArena planned{0, 0};
  const bool fine = PrepareNodes(child) == kTfLiteOk &&
                    PlanArena(&child, subgraph->inputs, subgraph->outputs, &planned);
  graph.most_bytes = planned.used_bytes > child.most_bytes ? planned.used_bytes : child.most_bytes;
  graph.persistent_bytes = child.persistent_bytes;
  graph.variables = child.variables;
  if (!fine || child.reader.bad()) {
    return context.Fail("its subgraph cannot be run");
  }
  if (child.keeps_tensors) {
    return context.Fail("its subgraph has a tensor that is a variable");
  }
  subgraph->tensors = child.tensors;
  subgraph->operators = child.operators;
  subgraph->locations =
      static_cast<uint32_t>(reinterpret_cast<uint8_t*>(child.locations) - graph.arena);
  subgraph->nodes = static_cast<uint32_t>(reinterpret_cast<uint8_t*>(child.nodes) - graph.arena);
  subgraph->place = AlignUp(child.persistent_bytes);
  subgraph->bytes = planned.activation_bytes;
  return kTfLiteOk;
}

Graph OpenSubgraph(const OpContext& context, Subgraph& subgraph) {
  Graph child = context.graph();
  child.tensors = subgraph.tensors;
  child.operators = subgraph.operators;
  child.locations = reinterpret_cast<Location*>(child.arena + subgraph.locations);
  child.nodes = reinterpret_cast<Node*>(child.arena + subgraph.nodes);
  child.depth += 1;
  child.profiler = nullptr;  // events are those of the main subgraph's ops
  child.last_index = kNoTensor;
  // Where the op's scratch lies is known only after all is prepared: the first call moves what was
  // planned elsewhere.
  const uint32_t place = context.node().scratch;
  const uint32_t shift = place - subgraph.place;
  if (shift != 0) {
    for (uint32_t i = 0; i < child.tensors.count; ++i) {
      // Where a tensor is constant, or nobody's, its location is far beyond or 0.
      if (child.locations[i] - subgraph.place <= subgraph.bytes) {
        child.locations[i] += shift;
      }
    }
    for (uint32_t i = 0; i < child.operators.count; ++i) {
      child.nodes[i].scratch += child.nodes[i].scratch != 0 ? shift : 0;
    }
    subgraph.place = place;
  }
  return child;
}

void RunSubgraph(const OpContext& context, Graph& child) {
  InvokeNodes(child);
  if (child.eval_status != kTfLiteOk) {
    context.graph().eval_status = child.eval_status;
  }
}

void ResetSubgraph(const OpContext& context, Subgraph& subgraph) {
  Graph child = OpenSubgraph(context, subgraph);
  ResetNodes(child);
}

void CopyTensors(const Graph& from, const uint32_t* sources, const Graph& to,
                 const uint32_t* targets, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    TensorInfo info;
    to.ReadTensor(static_cast<int32_t>(targets[i]), &info);
    CopyBytes(to.Data(to.locations[targets[i]]), from.Data(from.locations[sources[i]]), info.bytes);
  }
}

// Not inlined, here or where they are called: the recorder has its own.
[[gnu::noinline]] bool BeginRound(uint32_t) { return true; }
[[gnu::noinline]] bool GoesOn(const uint8_t* condition) { return *condition != 0; }
[[gnu::noinline]] bool TakesBranch(const uint8_t* condition, bool branch) {
  return (*condition != 0) == branch;
}
[[gnu::noinline]] void EndBranches() {}

}  // namespace tflm
