// The resolver that an application fills: one Add method an op, room for `tOpCount` ops.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_

#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace tflite {

// Each Add returns kTfLiteError (and says why) when the op is there already or the resolver is
// full.
template <unsigned int tOpCount>
class MicroMutableOpResolver : public MicroOpResolver {
 public:
  MicroMutableOpResolver() : MicroOpResolver(storage_, tOpCount) {}
  MicroMutableOpResolver(const MicroMutableOpResolver&) = delete;
  MicroMutableOpResolver& operator=(const MicroMutableOpResolver&) = delete;

#define MCUFORGE_OP(NAME, Method, file) \
  TfLiteStatus Add##Method() { return Register(&tflm::ops::k##Method); }
#include "tensorflow/lite/micro/ops.def"
#undef MCUFORGE_OP

  // `name` is the custom code in the model; both outlive the resolver.
  TfLiteStatus AddCustom(const char* name, const TFLMRegistration* registration) {
    return Register(&tflm::ops::kCustom, registration, name);
  }

 private:
  tflm::OpEntry storage_[tOpCount];
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
