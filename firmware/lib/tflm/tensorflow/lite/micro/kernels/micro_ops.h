// Upstream's functions that name a kernel, for the resolver's Add methods. Where an op has a form
// for int16, that for int8 alone links nothing of it; else a model's own types decide.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_MICRO_OPS_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_MICRO_OPS_H_

#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace custom_ops {
#define MCUFORGE_CUSTOM_METHOD(NAME, Method, code, function) const TFLMRegistration* function();
#include "tensorflow/lite/micro/upstream_methods.def"
#undef MCUFORGE_CUSTOM_METHOD
}  // namespace custom_ops

namespace tflite {

#define MCUFORGE_OP(NAME, Method, file)                                                    \
  inline const tflm::OpDef& Register_##NAME() { return tflm::ops::k##Method; }             \
  inline const tflm::OpDef& Register_##NAME##_INT8() { return tflm::int8_ops::k##Method; } \
  inline const tflm::OpDef& Register_##NAME##_INT16() { return tflm::ops::k##Method; }
#include "tensorflow/lite/micro/ops.def"
#undef MCUFORGE_OP

inline const tflm::OpDef& Register_SOFTMAX_INT8_INT16() { return tflm::ops::kSoftmax; }

// Of a custom op. Nobody writes to what they lead to.
#define MCUFORGE_REGISTER(NAME, Method, code, function)             \
  inline TFLMRegistration* Register_##NAME() {                      \
    return const_cast<TFLMRegistration*>(::custom_ops::function()); \
  }
#define MCUFORGE_NOTHING(NAME, Method, code, function)
#define MCUFORGE_CUSTOM_METHOD MCUFORGE_REGISTER
#define MCUFORGE_SIGNAL_METHOD MCUFORGE_NOTHING
#include "tensorflow/lite/micro/upstream_methods.def"
#undef MCUFORGE_CUSTOM_METHOD
namespace tflm_signal {
#define MCUFORGE_CUSTOM_METHOD MCUFORGE_NOTHING
#define MCUFORGE_SIGNAL_METHOD MCUFORGE_REGISTER
#include "tensorflow/lite/micro/upstream_methods.def"
#undef MCUFORGE_CUSTOM_METHOD
}  // namespace tflm_signal
#undef MCUFORGE_REGISTER
#undef MCUFORGE_NOTHING

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
