// The resolver that an application fills: one Add method an op, room for `tOpCount` ops.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_

#include "tensorflow/lite/core/api/error_reporter.h"
#include "tensorflow/lite/kernels/internal/compatibility.h"
#include "tensorflow/lite/micro/kernels/micro_ops.h"
#include "tensorflow/lite/micro/memory_plan.h"

// The arguments of a resolver for so many ops, whose models bring no memory plan: what reads one is
// not linked.
#define MCUFORGE_PLANLESS(OPS) OPS, nullptr

namespace tflite {

// An Add method may be given a registration (micro_ops.h); of each op there is one kernel. Each
// returns kTfLiteError (and says why) when the op is there already or the resolver is full.
template <unsigned int tOpCount, tflm::MemoryPlanReader tReader = tflm::PlanAsModelSays>
class MicroMutableOpResolver : public MicroOpResolver {
 public:
  MicroMutableOpResolver() : MicroOpResolver(storage_, tOpCount, tReader) {}
  // As sketches of before 2022 have it; messages go MicroPrintf's way.
  explicit MicroMutableOpResolver(ErrorReporter*) : MicroMutableOpResolver() {}
  MicroMutableOpResolver(const MicroMutableOpResolver&) = delete;
  MicroMutableOpResolver& operator=(const MicroMutableOpResolver&) = delete;

#define MCUFORGE_OP(NAME, Method, file) \
  TfLiteStatus Add##Method(const tflm::OpDef& op = tflm::ops::k##Method) { return Register(&op); }
#include "tensorflow/lite/micro/ops.def"
#undef MCUFORGE_OP

  // As sketches of early 2020 have it; of what versions the op is, is not asked.
  TfLiteStatus AddBuiltin(BuiltinOperator, const tflm::OpDef& op, int = 1, int = 1) {
    return Register(&op);
  }

  // `name` is the custom code in the model; both outlive the resolver.
  TfLiteStatus AddCustom(const char* name, const TFLMRegistration* registration) {
    return Register(&tflm::ops::kCustom, registration, name);
  }
#define MCUFORGE_CUSTOM_METHOD(NAME, Method, code, function) \
  TfLiteStatus Add##Method() { return AddCustom(code, ::custom_ops::function()); }
#include "tensorflow/lite/micro/upstream_methods.def"
#undef MCUFORGE_CUSTOM_METHOD
  // As upstream's without the Ethos-U's driver: it adds nothing, and a model with the op is
  // refused.
  TfLiteStatus AddEthosU() { return kTfLiteOk; }

 private:
  tflm::OpEntry storage_[tOpCount];
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_MUTABLE_OP_RESOLVER_H_
