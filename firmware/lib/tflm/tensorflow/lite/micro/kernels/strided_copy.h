// What STRIDED_SLICE, SLICE and TRANSPOSE share: they only differ in where the output's elements
// lie in the input.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_STRIDED_COPY_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_STRIDED_COPY_H_

#include "nn/copy.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {

// The op's parameters, set up to copy the whole input as it lies. Null, with a message, when there
// is no room, input and output differ in type or the rank is too high.
nn::StridedCopy* NewStridedCopy(OpContext& context, const TensorInfo& input,
                                const TensorInfo& output);

void EvalStridedCopy(OpContext& context);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_STRIDED_COPY_H_
