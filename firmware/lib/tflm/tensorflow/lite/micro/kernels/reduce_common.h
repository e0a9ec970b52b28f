// MEAN, SUM, REDUCE_MAX, REDUCE_MIN and REDUCE_ALL.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_REDUCE_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_REDUCE_COMMON_H_

#include "nn/reduce_s8.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"

namespace tflm {

// What a reduction was found to be, beside its parameters.
struct Reduction {
  QuantizedS8 in, out;
  uint32_t count;  // elements that go into one output
};

// The op's parameters, but for the quantization; null, with a message, if it is malformed.
// `reduced`: elements that go into one output.
nn::ReduceParams* NewReduction(OpContext& context, const TensorInfo& input,
                               const TensorInfo& output, uint32_t* reduced);

// The op's parameters, but for the rescaling; null, with a message, if it is malformed.
nn::ReduceParams* PrepareReduce(OpContext& context, Reduction* reduction);

// Of float32 alone.
TfLiteStatus PrepareFloatReduction(OpContext& context);

void EvalSum(OpContext& context);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_REDUCE_COMMON_H_
