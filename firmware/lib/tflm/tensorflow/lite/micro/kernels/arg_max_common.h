// What ARG_MAX and ARG_MIN of all types share.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_ARG_MAX_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_ARG_MAX_COMMON_H_

#include "nn/extremum_s8.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {

// Of an input of `type`; the op's parameters are nn::ArgMaxParams.
TfLiteStatus PrepareArgMax(OpContext& context, nn::Extremum which, TfLiteType type);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_ARG_MAX_COMMON_H_
