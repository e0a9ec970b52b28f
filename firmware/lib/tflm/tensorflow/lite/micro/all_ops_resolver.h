// A resolver with every op of the runtime, for sketches that do not choose: all of them are linked.

#ifndef TENSORFLOW_LITE_MICRO_ALL_OPS_RESOLVER_H_
#define TENSORFLOW_LITE_MICRO_ALL_OPS_RESOLVER_H_

#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

namespace tflite {

#define MCUFORGE_OP(NAME, Method, file) +1
constexpr unsigned int kAllOps = 0
#include "tensorflow/lite/micro/ops.def"
    ;
#undef MCUFORGE_OP

class AllOpsResolver : public MicroMutableOpResolver<kAllOps> {
 public:
  AllOpsResolver() {
#define MCUFORGE_OP(NAME, Method, file) static_cast<void>(this->Add##Method());
#include "tensorflow/lite/micro/ops.def"
#undef MCUFORGE_OP
  }
};

namespace ops {
namespace micro {
using ::tflite::AllOpsResolver;
}  // namespace micro
}  // namespace ops

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_ALL_OPS_RESOLVER_H_
