// What BATCH_MATMUL of all types shares.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_BATCH_MATMUL_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_BATCH_MATMUL_COMMON_H_

#include "nn/batch_matmul_s8.h"
#include "tensorflow/lite/micro/kernels/elementwise.h"

namespace tflm {

// The op's two stacks of matrices and how their batches broadcast, in matrices. False, with a
// message, where they do not fit each other and the output.
bool ReadMatrices(const OpContext& context, nn::MatMulShape* shape, nn::Broadcast* batches);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_BATCH_MATMUL_COMMON_H_
