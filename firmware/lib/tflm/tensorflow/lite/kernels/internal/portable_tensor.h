// By upstream's name of this header. Of what upstream has there it gives what tensor_ctypes.h has.

#ifndef TENSORFLOW_LITE_KERNELS_INTERNAL_PORTABLE_TENSOR_H_
#define TENSORFLOW_LITE_KERNELS_INTERNAL_PORTABLE_TENSOR_H_

#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"

#endif  // TENSORFLOW_LITE_KERNELS_INTERNAL_PORTABLE_TENSOR_H_
