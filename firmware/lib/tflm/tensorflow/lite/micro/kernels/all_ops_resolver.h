// By upstream's name of this header: what it names stands in micro/all_ops_resolver.h.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_ALL_OPS_RESOLVER_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_ALL_OPS_RESOLVER_H_

#include "tensorflow/lite/micro/all_ops_resolver.h"

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_ALL_OPS_RESOLVER_H_
