// Upstream's functions that name a kernel, for the resolver's Add methods. A kernel for all types
// is the one for each: a model's own types decide.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_MICRO_OPS_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_MICRO_OPS_H_

#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace tflite {

#define MCUFORGE_OP(NAME, Method, file)                                               \
  inline const tflm::OpDef& Register_##NAME() { return tflm::ops::k##Method; }        \
  inline const tflm::OpDef& Register_##NAME##_INT8() { return tflm::ops::k##Method; } \
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

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_MICRO_OPS_H_
