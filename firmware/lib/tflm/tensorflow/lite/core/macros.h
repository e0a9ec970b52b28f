// By upstream's name of this header: what it names stands in kernels/internal/compatibility.h.

#ifndef TENSORFLOW_LITE_CORE_MACROS_H_
#define TENSORFLOW_LITE_CORE_MACROS_H_

#include "tensorflow/lite/kernels/internal/compatibility.h"

#endif  // TENSORFLOW_LITE_CORE_MACROS_H_
