// What RSQRT of int8 and of int16 share.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_RSQRT_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_RSQRT_H_

#include "nn/scale.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

// 1 / (sqrt(in) * out). False, with a message, where upstream cannot shift by it.
bool RsqrtFactor(const OpContext& context, nn::Scale in, nn::Scale out, nn::Requant* factor);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_RSQRT_H_
