#include "nn/copy.h"
#include "tensorflow/lite/micro/variables.h"

namespace tflm {
namespace {

enum { kInitSubgraph = 0 };  // field of CallOnceOptions

// Converters make a subgraph that gives variables their first values: constants. It is not run op
// by op but kept as the list of what it assigns.
struct Assignment {
  uint32_t variable;  // offset in the arena
  uint32_t value;     // position in the model
};

// The op's parameters: this, then the assignments.
struct CallOnceData {
  uint32_t done;
  uint32_t count;
};

TfLiteStatus PrepareAssignment(OpContext& context, const ModelReader::Table& subgraph,
                               const ModelReader::Table& op, Assignment* assignment) {
  const Graph& graph = context.graph();
  const ModelReader& reader = graph.reader;
  const ModelReader::Vector inputs = reader.FieldVector(op, operator_field::kInputs, 4);
  if (inputs.count != 2) {
    return context.Fail("ASSIGN_VARIABLE in its subgraph needs a handle and a value");
  }
  const uint32_t value_index = reader.U32Inside(inputs.pos + 4);
  const ModelReader::Vector tensors = reader.FieldVector(subgraph, subgraph_field::kTensors, 4);
  TensorInfo value;
  if (value_index >= tensors.count ||
      !reader.ReadTensor(tensors, value_index, graph.buffers, &value)) {
    return context.Fail("its subgraph assigns a malformed tensor");
  }
  if (value.data == 0) {
    return context.Fail("its subgraph may assign constants only");
  }
  Variable* const variable =
      FindVariable(context, reader.FieldVector(subgraph, subgraph_field::kOperators, 4),
                   reader.U32Inside(inputs.pos), value.bytes);
  if (!variable || !AllocateVariable(context, value, variable)) {
    return kTfLiteError;
  }
  *assignment = Assignment{OffsetOf(graph, variable), value.data};
  return kTfLiteOk;
}

TfLiteStatus Prepare(OpContext& context) {
  const ModelReader& reader = context.reader();
  const ModelReader::Table root = reader.Root();
  const ModelReader::Table subgraph = reader.TableAt(
      reader.FieldVector(root, model_field::kSubgraphs, 4), context.OptionU32(kInitSubgraph, 0));
  const ModelReader::Vector codes = reader.FieldVector(root, model_field::kOperatorCodes, 4);
  const ModelReader::Vector operators = reader.FieldVector(subgraph, subgraph_field::kOperators, 4);
  if (operators.count == 0) {
    return context.Fail("its subgraph is missing or empty");
  }
  CallOnceData* const data = static_cast<CallOnceData*>(context.NewParams(
      static_cast<uint32_t>(sizeof(CallOnceData) + operators.count / 2 * sizeof(Assignment))));
  if (!data) {
    return kTfLiteError;
  }
  *data = CallOnceData{0, 0};
  Assignment* const assignments = reinterpret_cast<Assignment*>(data + 1);
  for (uint32_t i = 0; i < operators.count; ++i) {
    const ModelReader::Table op = reader.TableAt(operators, i);
    const int32_t code = reader.BuiltinCode(
        reader.TableAt(codes, reader.FieldU32(op, operator_field::kOpcodeIndex, 0)));
    if (code == tflite::BuiltinOperator_VAR_HANDLE) {
      continue;
    }
    if (code != tflite::BuiltinOperator_ASSIGN_VARIABLE || data->count == operators.count / 2) {
      return context.Fail("its subgraph may hold pairs of VAR_HANDLE and ASSIGN_VARIABLE only");
    }
    if (PrepareAssignment(context, subgraph, op, &assignments[data->count++]) != kTfLiteOk) {
      return kTfLiteError;
    }
  }
  return kTfLiteOk;
}

void Eval(OpContext& context) {
  const Graph& graph = context.graph();
  CallOnceData& data = const_cast<CallOnceData&>(context.Params<CallOnceData>());
  const Assignment* const assignments = reinterpret_cast<const Assignment*>(&data + 1);
  for (uint32_t i = 0; !data.done && i < data.count; ++i) {
    const Variable& variable = VariableAt(graph, assignments[i].variable);
    nn::CopyRows(1, variable.bytes, context.ModelData<uint8_t>(assignments[i].value), 0,
                 graph.arena + variable.data, 0);
  }
  data.done = 1;
}

}  // namespace

const OpDef ops::kCallOnce = {tflite::BuiltinOperator_CALL_ONCE, "CALL_ONCE", Prepare, Eval};

}  // namespace tflm
