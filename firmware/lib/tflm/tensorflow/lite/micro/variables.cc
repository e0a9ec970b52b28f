#include "tensorflow/lite/micro/variables.h"

#include <cstring>

namespace tflm {
namespace {

enum { kContainer = 0, kSharedName = 1 };  // fields of VarHandleOptions

bool SameText(const ModelReader& reader, ModelReader::Vector a, ModelReader::Vector b) {
  return a.count == b.count &&
         std::memcmp(reader.data() + a.pos, reader.data() + b.pos, a.count) == 0;
}

// The options of the VAR_HANDLE that makes `tensor`; not there if none of the operators does.
ModelReader::Table HandleOptions(const ModelReader& reader, ModelReader::Vector operators,
                                 uint32_t tensor) {
  const ModelReader::Vector codes =
      reader.FieldVector(reader.Root(), model_field::kOperatorCodes, 4);
  for (uint32_t i = 0; i < operators.count; ++i) {
    const ModelReader::Table op = reader.TableAt(operators, i);
    const ModelReader::Vector outputs = reader.FieldVector(op, operator_field::kOutputs, 4);
    if (outputs.count == 1 && reader.U32Inside(outputs.pos) == tensor &&
        reader.BuiltinCode(
            reader.TableAt(codes, reader.FieldU32(op, operator_field::kOpcodeIndex, 0))) ==
            tflite::BuiltinOperator_VAR_HANDLE &&
        reader.FieldU8(op, operator_field::kBuiltinOptionsType, 0) ==
            tflite::OptionsOf(tflite::BuiltinOperator_VAR_HANDLE)) {
      return reader.FieldTable(op, operator_field::kBuiltinOptions);
    }
  }
  return {};
}

}  // namespace

Variable* FindVariable(OpContext& context, ModelReader::Vector operators, uint32_t tensor,
                       uint32_t bytes) {
  Graph& graph = context.graph();
  const ModelReader& reader = graph.reader;
  const ModelReader::Table options = HandleOptions(reader, operators, tensor);
  if (!options.there()) {
    context.Fail("needs a handle that VAR_HANDLE makes");
    return nullptr;
  }
  const ModelReader::Vector container = reader.FieldText(options, kContainer);
  const ModelReader::Vector name = reader.FieldText(options, kSharedName);
  uint32_t* link = &graph.variables;
  while (*link != 0) {
    Variable* const known = reinterpret_cast<Variable*>(graph.arena + *link);
    if (SameText(reader, known->container, container) && SameText(reader, known->name, name)) {
      if (known->bytes != bytes) {
        context.Fail("the variable has another size elsewhere in the model");
        return nullptr;
      }
      return known;
    }
    link = &known->next;
  }
  Variable* const added = static_cast<Variable*>(graph.AllocatePersistent(sizeof(Variable)));
  if (added) {
    added->container = container;
    added->name = name;
    added->bytes = bytes;
    *link = OffsetOf(graph, added);
  }
  return added;
}

bool AllocateVariable(OpContext& context, const TensorInfo& value, Variable* variable) {
  Graph& graph = context.graph();
  if (variable->data != 0) {
    return true;
  }
  const uint8_t* const data =
      static_cast<const uint8_t*>(graph.AllocatePersistent(variable->bytes));
  if (!data) {
    return false;
  }
  variable->data = static_cast<uint32_t>(data - graph.arena);
  ModelReader::Quantization quantization;
  graph.reader.ReadQuantization(value, &quantization);
  variable->fill = graph.reader.ZeroPoint(quantization);
  ResetVariable(graph, *variable);
  return true;
}

void ResetVariable(const Graph& graph, const Variable& variable) {
  std::memset(graph.arena + variable.data, static_cast<int>(variable.fill), variable.bytes);
}

}  // namespace tflm
