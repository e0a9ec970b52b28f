#include "nn/copy.h"
#include "tensorflow/lite/micro/variables.h"

namespace tflm {
namespace {

constexpr uint32_t kHandle = 0;  // input of READ_VARIABLE and ASSIGN_VARIABLE

// The op's parameter is the variable's offset in the arena.
const Variable& VariableOf(const OpContext& context) {
  return VariableAt(context.graph(), context.Params<uint32_t>());
}

// The variable that input 0 is the handle of, kept as the op's parameter; null, with a message, if
// there is none or it does not hold `bytes`.
Variable* PrepareVariable(OpContext& context, uint32_t bytes) {
  TensorInfo handle;
  if (!context.Input(kHandle, &handle)) {
    return nullptr;
  }
  if (handle.type != kTfLiteResource) {
    context.Fail("needs a handle that VAR_HANDLE makes");
    return nullptr;
  }
  Variable* const variable =
      FindVariable(context, context.graph().operators,
                   static_cast<uint32_t>(context.InputIndex(kHandle)), bytes);
  uint32_t* const offset = variable ? context.NewParams<uint32_t>() : nullptr;
  if (!offset) {
    return nullptr;
  }
  *offset = OffsetOf(context.graph(), variable);
  return variable;
}

TfLiteStatus PrepareHandle(OpContext& context) {
  TensorInfo handle;
  if (!context.Output(0, &handle)) {
    return kTfLiteError;
  }
  return handle.type == kTfLiteResource ? kTfLiteOk : context.Fail("needs a resource output");
}

// READ_VARIABLE and ASSIGN_VARIABLE hold what a handle stands for: nothing is left to do.
void EvalHandle(OpContext&) {}

TfLiteStatus PrepareRead(OpContext& context) {
  TensorInfo output;
  return context.Output(0, &output) && PrepareVariable(context, output.bytes) ? kTfLiteOk
                                                                              : kTfLiteError;
}

void EvalRead(OpContext& context) {
  const Variable& variable = VariableOf(context);
  if (variable.data == 0) {
    context.FailEval("reads a variable that nothing assigns");
    return;
  }
  nn::CopyRows(1, variable.bytes, context.graph().arena + variable.data, 0, context.OutputData(0),
               0);
}

TfLiteStatus PrepareAssign(OpContext& context) {
  TensorInfo value;
  if (!context.Input(1, &value)) {
    return kTfLiteError;
  }
  Variable* const variable = PrepareVariable(context, value.bytes);
  return variable && AllocateVariable(context, value, variable) ? kTfLiteOk : kTfLiteError;
}

void EvalAssign(OpContext& context) {
  const Variable& variable = VariableOf(context);
  nn::CopyRows(1, variable.bytes, context.InputData(1), 0, context.graph().arena + variable.data,
               0);
}

void ResetAssign(OpContext& context) { ResetVariable(context.graph(), VariableOf(context)); }

}  // namespace

const OpDef ops::kVarHandle = {tflite::BuiltinOperator_VAR_HANDLE, "VAR_HANDLE", PrepareHandle,
                               EvalHandle};
const OpDef ops::kReadVariable = {tflite::BuiltinOperator_READ_VARIABLE, "READ_VARIABLE",
                                  PrepareRead, EvalRead};
const OpDef ops::kAssignVariable = {tflite::BuiltinOperator_ASSIGN_VARIABLE, "ASSIGN_VARIABLE",
                                    PrepareAssign, EvalAssign, ResetAssign};

}  // namespace tflm
