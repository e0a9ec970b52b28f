// What the ops share in their form for float32, which is computed by its bits.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_F32_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_F32_H_

#include <stdint.h>

#include "tensorflow/lite/micro/kernels/s16.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {

// Whether an op is to be taken in this form: it makes float32.
bool IsF32(const OpContext& context);
// The same of an op that makes something else of it.
bool TakesF32(const OpContext& context);

// The op's input `i` and output 0, both float32. False, with a message, for others.
bool ReadEndsF32(const OpContext& context, TensorInfo* input, TensorInfo* output, uint32_t i = 0);

// The last axis of an input and an output of one shape, both float32.
struct RowsF32 {
  uint32_t count, depth;
};
// False, with a message, for others.
bool ReadRowsF32(const OpContext& context, RowsF32* rows);

// One input and one output with as many elements. Lets the op run in place.
bool ReadUnaryF32(OpContext& context, uint32_t* count);

// What the activation in `field` of the op's options clamps to, as bits of float32; without one to
// what is finite, as upstream does.
struct RangeF32 {
  uint32_t low, high;
};
RangeF32 FusedRangeF32(const OpContext& context, uint32_t field);

// An op's functions where one pair is its form for float32, the other that for everything else.
template <TfLiteStatus (*kPrepareF32)(OpContext&), void (*kEvalF32)(OpContext&),
          TfLiteStatus (*kPrepare)(OpContext&), void (*kEval)(OpContext&)>
struct OrFloat {
  static TfLiteStatus Prepare(OpContext& context) {
    return IsF32(context) ? kPrepareF32(context) : kPrepare(context);
  }
  static void Eval(OpContext& context) {
    return IsF32(context) ? kEvalF32(context) : kEval(context);
  }
};

// The form of an op for all that is not float32, where that is its form for int8.
template <const OpDef& kInt8>
struct Int8Form {
  static TfLiteStatus Prepare(OpContext& context) { return kInt8.prepare(context); }
  static void Eval(OpContext& context) { kInt8.eval(context); }
};

#define MCUFORGE_OR_FLOAT(NAME, Method, Other, prepare_f32, eval_f32)       \
  const OpDef ops::k##Method = {                                            \
      tflite::BuiltinOperator_##NAME, #NAME,                                \
      OrFloat<prepare_f32, eval_f32, Other::Prepare, Other::Eval>::Prepare, \
      OrFloat<prepare_f32, eval_f32, Other::Prepare, Other::Eval>::Eval};

// Defines the op of wide_ops.def that takes int8 and float32.
#define MCUFORGE_FLOAT_FORM(NAME, Method, prepare_f32, eval_f32) \
  MCUFORGE_OR_FLOAT(NAME, Method, Int8Form<int8_ops::k##Method>, prepare_f32, eval_f32)

// Defines the op of wide_ops.def that takes int8, int16 and float32.
#define MCUFORGE_ANY_FORM(NAME, Method, prepare_s16, eval_s16, prepare_f32, eval_f32) \
  using Either##Method = EitherForm<int8_ops::k##Method, prepare_s16, eval_s16>;      \
  MCUFORGE_OR_FLOAT(NAME, Method, Either##Method, prepare_f32, eval_f32)

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_F32_H_
