#include "tensorflow/lite/micro/kernels/float_binary.h"

namespace tflm {

MCUFORGE_FLOAT_FORM(DIV, Div, PrepareF32, EvalF32)

}  // namespace tflm
