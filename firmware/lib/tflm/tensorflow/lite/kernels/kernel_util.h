// By upstream's name of this header: what it names stands in kernels/tensor_queries.h and
// kernels/conv_quantization.h.

#ifndef TENSORFLOW_LITE_KERNELS_KERNEL_UTIL_H_
#define TENSORFLOW_LITE_KERNELS_KERNEL_UTIL_H_

#include "tensorflow/lite/kernels/conv_quantization.h"
#include "tensorflow/lite/kernels/tensor_queries.h"

#endif  // TENSORFLOW_LITE_KERNELS_KERNEL_UTIL_H_
