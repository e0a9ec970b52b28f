#include "tensorflow/lite/micro/kernels/f32.h"
#include "tensorflow/lite/micro/kernels/float_unary.h"

namespace tflm {

MCUFORGE_FLOAT_FORM(HARD_SWISH, HardSwish, PrepareFloatUnary, EvalFloatUnary)

}  // namespace tflm
