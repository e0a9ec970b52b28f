// What the ops of two float32 operands share: ADD, SUB, MUL, DIV, MAXIMUM and MINIMUM beside their
// other forms, FLOOR_DIV and FLOOR_MOD alone.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_BINARY_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_BINARY_H_

#include "tensorflow/lite/micro/op.h"

namespace tflm {

// Whether an op is to be taken in this form: it makes float32.
bool IsF32(const OpContext& context);

// Which operation it is tells the op's code. kTfLiteError, with a message, for other operands.
TfLiteStatus PrepareF32(OpContext& context);
void EvalF32(OpContext& context);

// Either this form, or another.
template <TfLiteStatus (*kPrepare)(OpContext&), void (*kEval)(OpContext&)>
struct OrFloat {
  static TfLiteStatus Prepare(OpContext& context) {
    return IsF32(context) ? PrepareF32(context) : kPrepare(context);
  }
  static void Eval(OpContext& context) {
    if (IsF32(context)) {
      EvalF32(context);
    } else {
      kEval(context);
    }
  }
};

// Defines the op of wide_ops.def that takes int8, int16 and float32.
#define MCUFORGE_ANY_FORM(NAME, Method, prepare, eval)                        \
  const OpDef ops::k##Method = {                                              \
      tflite::BuiltinOperator_##NAME, #NAME,                                  \
      OrFloat<EitherForm<int8_ops::k##Method, prepare, eval>::Prepare,        \
              EitherForm<int8_ops::k##Method, prepare, eval>::Eval>::Prepare, \
      OrFloat<EitherForm<int8_ops::k##Method, prepare, eval>::Prepare,        \
              EitherForm<int8_ops::k##Method, prepare, eval>::Eval>::Eval};

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_FLOAT_BINARY_H_
