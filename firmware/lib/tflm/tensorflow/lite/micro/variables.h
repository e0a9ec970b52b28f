// The variables of streaming models: what VAR_HANDLE names, ASSIGN_VARIABLE writes and
// READ_VARIABLE reads. A handle is resolved to its variable while ops are prepared, so that it
// costs neither memory nor time later.

#ifndef TENSORFLOW_LITE_MICRO_VARIABLES_H_
#define TENSORFLOW_LITE_MICRO_VARIABLES_H_

#include <stdint.h>

#include "tensorflow/lite/micro/op.h"

namespace tflm {

// One a name, in the arena. Zeroed by its allocation.
struct Variable {
  ModelReader::Vector container;  // the two strings in the model that name it
  ModelReader::Vector name;
  uint32_t next;   // offset of the next variable in the arena; 0: this is the last one
  uint32_t data;   // offset of its contents in the arena; 0: nothing assigns it
  uint32_t bytes;  // 0: not known yet
  uint32_t fill;   // the byte that it starts as: its zero point
};
static_assert(sizeof(Variable) == 32, "the same on every machine");

// The variable whose handle the resource tensor `tensor` is, in the subgraph with these operators;
// for one that was not met before, a new one. Its size must be `bytes`. Null, with a message, if
// the handle comes from nowhere, the size is another, or the arena is full.
Variable* FindVariable(OpContext& context, ModelReader::Vector operators, uint32_t tensor,
                       uint32_t bytes);

// Gives it memory, filled with its zero point, if it has none yet. False, with a message, when the
// arena is full. `value`: the tensor that is assigned to it.
bool AllocateVariable(OpContext& context, const TensorInfo& value, Variable* variable);

// Its contents back to where they started.
void ResetVariable(const Graph& graph, const Variable& variable);

// A variable as an op's parameter.
inline uint32_t OffsetOf(const Graph& graph, const Variable* variable) {
  return static_cast<uint32_t>(reinterpret_cast<const uint8_t*>(variable) - graph.arena);
}
inline const Variable& VariableAt(const Graph& graph, uint32_t offset) {
  return *reinterpret_cast<const Variable*>(graph.arena + offset);
}

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_VARIABLES_H_
