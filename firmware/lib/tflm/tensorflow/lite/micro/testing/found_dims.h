// The shape of an output that a test leaves open, for upstream's prepare to find: an extent of -1
// of RESHAPE's, extents of 0 of GATHER's and GATHER_ND's.

#ifndef TENSORFLOW_LITE_MICRO_TESTING_FOUND_DIMS_H_
#define TENSORFLOW_LITE_MICRO_TESTING_FOUND_DIMS_H_

#include <stdint.h>

#include "tensorflow/lite/c/common.h"

namespace tflm {

// Fills in dims and bytes of the output of an op of the other ones' shapes. code: a
// tflite::BuiltinOperator; of other ops than those nothing changes. inputs: places in `tensors`.
// builtin_data: the op's TfLiteXxxParams. False, with a message, where there is no such shape.
bool FindDims(int32_t code, const void* builtin_data, const TfLiteTensor* tensors,
              const TfLiteIntArray& inputs, TfLiteTensor* output);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_TESTING_FOUND_DIMS_H_
