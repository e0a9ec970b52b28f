// By upstream's name of this header: what it names stands in kernels/internal/portable_tensor.h.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_INTERNAL_PORTABLE_TENSOR_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_INTERNAL_PORTABLE_TENSOR_H_

#include "tensorflow/lite/kernels/internal/portable_tensor.h"

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_INTERNAL_PORTABLE_TENSOR_H_
