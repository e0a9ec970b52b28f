// By upstream's name of this header: what it names stands in micro/micro_log.h.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_STRING_H_
#define TENSORFLOW_LITE_MICRO_MICRO_STRING_H_

#include "tensorflow/lite/micro/micro_log.h"

#endif  // TENSORFLOW_LITE_MICRO_MICRO_STRING_H_
