// By upstream's name of this header: what it names stands in schema/schema_generated.h.

#ifndef TENSORFLOW_LITE_VERSION_H_
#define TENSORFLOW_LITE_VERSION_H_

#include "tensorflow/lite/schema/schema_generated.h"

#endif  // TENSORFLOW_LITE_VERSION_H_
