// The registrations of the ops in custom_ops.def.

#ifndef CUSTOM_OPS_H_
#define CUSTOM_OPS_H_

#include "tensorflow/lite/micro/micro_common.h"

namespace custom_ops {

#define MCUFORGE_CUSTOM_OP(CODE, Function) const TFLMRegistration* Function();
#include "custom_ops.def"
#undef MCUFORGE_CUSTOM_OP

}  // namespace custom_ops

#endif  // CUSTOM_OPS_H_
