// ADD and SUB differ in one sign and in how upstream rounds their factors.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_ADD_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_ADD_COMMON_H_

#include "nn/add_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {

using AddData = BinaryData<nn::AddParams>;

// The factor a / c.
using RatioFunction = nn::Requant (*)(nn::Scale a, nn::Scale c);

TfLiteStatus PrepareAddOrSub(OpContext& context, RatioFunction ratio);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_ADD_COMMON_H_
