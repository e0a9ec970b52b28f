// A resolver that has every op: those of ops.def and the project's custom ones.

#ifndef CHECKS_ALL_OPS_H_
#define CHECKS_ALL_OPS_H_

#include "custom_ops.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

namespace checks {

constexpr unsigned kOpCount = 0
#define MCUFORGE_OP(NAME, Method, file) +1
#include "tensorflow/lite/micro/ops.def"
#undef MCUFORGE_OP
#define MCUFORGE_CUSTOM_OP(CODE, Function) +1
#include "custom_ops.def"
#undef MCUFORGE_CUSTOM_OP
    ;

struct AllOps : tflite::MicroMutableOpResolver<kOpCount> {
  AllOps() {
#define MCUFORGE_OP(NAME, Method, file) Add##Method();
#include "tensorflow/lite/micro/ops.def"
#undef MCUFORGE_OP
#define MCUFORGE_CUSTOM_OP(CODE, Function) AddCustom(CODE, custom_ops::Function());
#include "custom_ops.def"
#undef MCUFORGE_CUSTOM_OP
  }
};

}  // namespace checks

#endif  // CHECKS_ALL_OPS_H_
