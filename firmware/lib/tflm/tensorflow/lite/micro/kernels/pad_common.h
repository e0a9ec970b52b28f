// What PAD and PADV2 share between their types.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_PAD_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_PAD_COMMON_H_

#include "nn/pad_s8.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {

enum { kPadInput = 0, kPaddings = 1, kPadValue = 2 };  // inputs; PAD has no value, PADV2 has one

// False, with a message, where the output's shape does not follow from input and paddings.
bool FillPadding(OpContext& context, const TensorInfo& input, const TensorInfo& output,
                 nn::PadParams* params);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_PAD_COMMON_H_
