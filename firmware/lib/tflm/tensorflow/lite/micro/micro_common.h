// By upstream's name of this header: what it names stands in c/common.h.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_COMMON_H_
#define TENSORFLOW_LITE_MICRO_MICRO_COMMON_H_

#include "tensorflow/lite/c/common.h"

#endif  // TENSORFLOW_LITE_MICRO_MICRO_COMMON_H_
