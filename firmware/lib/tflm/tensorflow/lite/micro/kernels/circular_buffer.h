// By upstream's name of this header: what it names stands in micro/kernels/micro_ops.h.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_CIRCULAR_BUFFER_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_CIRCULAR_BUFFER_H_

#include "tensorflow/lite/micro/kernels/micro_ops.h"

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_CIRCULAR_BUFFER_H_
