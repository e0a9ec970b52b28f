// Upstream's functions that name a kernel, for the resolver's Add methods. Where an op has a form
// for int16, that for int8 alone links nothing of it; else a model's own types decide.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_MICRO_OPS_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_MICRO_OPS_H_

#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace tflite {

#define MCUFORGE_OP(NAME, Method, file)                                                    \
  inline const tflm::OpDef& Register_##NAME() { return tflm::ops::k##Method; }             \
  inline const tflm::OpDef& Register_##NAME##_INT8() { return tflm::int8_ops::k##Method; } \
  inline const tflm::OpDef& Register_##NAME##_INT16() { return tflm::ops::k##Method; }
#include "tensorflow/lite/micro/ops.def"
#undef MCUFORGE_OP

namespace ops {
namespace micro {
#define MCUFORGE_OP(NAME, Method, file) using ::tflite::Register_##NAME;
#include "tensorflow/lite/micro/ops.def"
#undef MCUFORGE_OP
}  // namespace micro
}  // namespace ops

}  // namespace tflite

// As the argument of an Add method, in code that compiles with upstream's headers, too: there it is
// nothing.
#define MCUFORGE_INT8(NAME) ::tflite::Register_##NAME##_INT8()

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_MICRO_OPS_H_
