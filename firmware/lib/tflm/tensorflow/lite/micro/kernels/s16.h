// What the ops share in their form for int16: 16x8, int16 activations with zero point 0.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_S16_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_S16_H_

#include "nn/scale.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

// Whether an op is to be taken in this form: it makes int16 of anything but int8.
bool IsS16(const OpContext& context);

// An op's functions where `kInt8` is its form for int8, and these are its form for int16.
template <const OpDef& kInt8, TfLiteStatus (*kPrepare)(OpContext&), void (*kEval)(OpContext&)>
struct EitherForm {
  static TfLiteStatus Prepare(OpContext& context) {
    return IsS16(context) ? kPrepare(context) : kInt8.prepare(context);
  }
  static void Eval(OpContext& context) {
    return IsS16(context) ? kEval(context) : kInt8.eval(context);
  }
};

// Defines the op of wide_ops.def that takes both.
#define MCUFORGE_EITHER_FORM(NAME, Method, prepare, eval)                                \
  const OpDef ops::k##Method = {tflite::BuiltinOperator_##NAME, #NAME,                   \
                                EitherForm<int8_ops::k##Method, prepare, eval>::Prepare, \
                                EitherForm<int8_ops::k##Method, prepare, eval>::Eval};

// The scale of an int16 tensor with one scale and zero point 0. False, with a message, for others.
bool ReadScaleS16(const OpContext& context, const TensorInfo& info, nn::Scale* scale);

// An op's input `i` and output 0, both such tensors.
struct EndsS16 {
  TensorInfo input, output;
  nn::Scale in, out;
};
bool ReadEndsS16(const OpContext& context, EndsS16* ends, uint32_t i = 0);

// As FusedRange.
bool FusedRangeS16(const OpContext& context, uint32_t field, nn::Scale out,
                   nn::ActivationRange* range);

// One input and one output with as many elements. False, with a message, for others. Lets the op
// run in place.
bool ReadUnaryS16(OpContext& context, EndsS16* ends);

// Two inputs that broadcast to one output.
struct BinaryOperandsS16 {
  nn::Scale in[2], out;
  nn::Broadcast shape;
};
// As ReadBinary.
bool ReadBinaryS16(OpContext& context, BinaryOperandsS16* operands);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_S16_H_
