#include "tensorflow/lite/micro/nodes.h"

#include <cstring>

#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {
namespace {

#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
// The name of an op of the schema that ops.def knows, else null. One text and a byte an op: a
// switch would be a table of pointers.
const char* OpName(int32_t code) {
#define MCUFORGE_OP(NAME, Method, file) tflite::BuiltinOperator_##NAME,
  static constexpr uint8_t kCodes[] = {
#include "tensorflow/lite/micro/ops.def"
  };
#undef MCUFORGE_OP
#define MCUFORGE_OP(NAME, Method, file) #NAME "\0"
  static constexpr char kNames[] =
#include "tensorflow/lite/micro/ops.def"
      ;
#undef MCUFORGE_OP
  const char* name = kNames;
  for (const uint8_t known : kCodes) {
    if (known == code) {
      return name;
    }
    while (*name++ != 0) {
    }
  }
  return nullptr;
}
#endif

// The resolver's slot for an operator code, its count() (with a message) if it has none. `node` is
// for the message.
uint32_t FindOp(const Graph& graph, uint32_t node, const ModelReader::Table& code_table) {
  const ModelReader& reader = graph.reader;
  const tflite::MicroOpResolver& resolver = graph.resolver;
  const int32_t code = reader.BuiltinCode(code_table);
  ModelReader::Vector custom_name{0, 0};
  const char* custom = nullptr;
  if (code == tflite::BuiltinOperator_CUSTOM) {
    custom_name = reader.FieldVector(code_table, operator_code_field::kCustomCode, 1);
    custom = reinterpret_cast<const char*>(reader.data() + custom_name.pos);
  }
  const uint32_t slot = resolver.Find(code, custom, custom_name.count);
#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
  if (slot == resolver.count() && !reader.bad()) {
    if (custom) {
      char name[32] = {};
      std::memcpy(name, custom,
                  custom_name.count < sizeof(name) ? custom_name.count : sizeof(name) - 1);
      MicroPrintf("node %u: didn't find custom op '%s' in the resolver",
                  static_cast<unsigned>(node), name);
    } else if (const char* const name = OpName(code)) {
      MicroPrintf("node %u: didn't find op '%s' in the resolver", static_cast<unsigned>(node),
                  name);
    } else {
      MicroPrintf("node %u: builtin op %d is not supported", static_cast<unsigned>(node),
                  static_cast<int>(code));
    }
  }
#else
  static_cast<void>(node);
#endif
  return slot;
}

}  // namespace

bool ReadSubgraph(Graph* graph, uint32_t index, ModelReader::Vector* inputs,
                  ModelReader::Vector* outputs) {
  const ModelReader& reader = graph->reader;
  const ModelReader::Table subgraph =
      reader.TableAt(reader.FieldVector(reader.Root(), model_field::kSubgraphs, 4), index);
  graph->tensors = reader.FieldVector(subgraph, subgraph_field::kTensors, 4);
  graph->operators = reader.FieldVector(subgraph, subgraph_field::kOperators, 4);
  *inputs = reader.FieldVector(subgraph, subgraph_field::kInputs, 4);
  *outputs = reader.FieldVector(subgraph, subgraph_field::kOutputs, 4);
  constexpr uint32_t kMaxCount = 32767;  // op and buffer indices are 16 bits while planning
  return !reader.bad() && graph->tensors.count <= kMaxCount && graph->operators.count <= kMaxCount;
}

bool AllocateNodes(Graph* graph) {
  graph->locations = static_cast<Location*>(
      graph->AllocatePersistent(graph->tensors.count * static_cast<uint32_t>(sizeof(Location))));
  graph->nodes = static_cast<Node*>(
      graph->Reserve(graph->operators.count * static_cast<uint32_t>(sizeof(Node))));
  return graph->locations && graph->nodes;
}

TfLiteStatus PrepareNodes(Graph& graph) {
  const ModelReader& reader = graph.reader;
  const tflite::MicroOpResolver& resolver = graph.resolver;
  uint32_t known_code = UINT32_MAX;  // slot is that of this operator code: ops come in runs
  uint32_t slot = 0;
  for (uint32_t i = 0; i < graph.operators.count; ++i) {
    ModelReader::Operator op;
    reader.ReadOperator(graph.operators, i, &op);
    Node& node = graph.nodes[i];
    node.inputs = op.inputs;
    node.outputs = op.outputs;
    if (op.code != known_code) {
      slot = FindOp(graph, i, reader.TableAt(graph.operator_codes, op.code));
      known_code = op.code;
    }
    if (reader.bad()) {
      MicroPrintf("the model is malformed: node %u", static_cast<unsigned>(i));
      return kTfLiteError;
    }
    if (slot == resolver.count()) {
      return kTfLiteError;
    }
    node.resolver_slot = static_cast<uint8_t>(slot);
    node.scratch = 0;
    node.params = 0;
    node.in_place_inputs = 0;
    OpContext context(graph, i, resolver.entry(slot), &op.options);
    const uint32_t options_type = resolver.entry(slot).def->options_type;
    if (options_type != 0 && op.options_type != 0 && op.options_type != options_type) {
      return context.Fail("has the options of another op");
    }
    if (resolver.entry(slot).def->prepare(context) != kTfLiteOk) {
      return kTfLiteError;
    }
    if (reader.bad()) {
      return context.Fail("its tables in the model are malformed");
    }
  }
  return kTfLiteOk;
}

void InvokeNodes(Graph& graph) {
  for (uint32_t i = 0; i < graph.operators.count && graph.eval_status == kTfLiteOk; ++i) {
    const OpEntry& entry = graph.resolver.entry(graph.nodes[i].resolver_slot);
    OpContext context(graph, i, entry);
    if (graph.profiler) {
      const uint32_t event =
          graph.profiler->BeginEvent(entry.custom_name ? entry.custom_name : entry.def->name);
      entry.def->eval(context);
      graph.profiler->EndEvent(event);
    } else {
      entry.def->eval(context);
    }
  }
}

void ResetNodes(Graph& graph) {
  for (uint32_t i = 0; i < graph.operators.count; ++i) {
    const OpEntry& entry = graph.resolver.entry(graph.nodes[i].resolver_slot);
    if (entry.def->reset) {
      OpContext context(graph, i, entry);
      entry.def->reset(context);
    }
  }
}

}  // namespace tflm
