// By upstream's name of this header: what it names stands in kernels/internal/cppmath.h.

#ifndef TENSORFLOW_LITE_KERNELS_INTERNAL_MAX_H_
#define TENSORFLOW_LITE_KERNELS_INTERNAL_MAX_H_

#include "tensorflow/lite/kernels/internal/cppmath.h"

#endif  // TENSORFLOW_LITE_KERNELS_INTERNAL_MAX_H_
