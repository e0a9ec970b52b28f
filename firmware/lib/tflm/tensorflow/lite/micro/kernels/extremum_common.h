// MINIMUM and MAXIMUM.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_EXTREMUM_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_EXTREMUM_COMMON_H_

#include "nn/extremum_s8.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {

TfLiteStatus PrepareExtremum(OpContext& context);
void EvalExtremum(OpContext& context, nn::Extremum which);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_EXTREMUM_COMMON_H_
