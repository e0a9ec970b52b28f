#include "tensorflow/lite/micro/kernels/float_binary.h"

namespace tflm {

MCUFORGE_FLOAT_FORM(PRELU, Prelu, PrepareF32, EvalF32)

}  // namespace tflm
