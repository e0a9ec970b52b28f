// What TRANSPOSE_CONV of all types shares.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_TRANSPOSE_CONV_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_TRANSPOSE_CONV_COMMON_H_

#include "nn/conv_params.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {

// Inputs. Input 0 holds the output's shape, which stands in the model already.
enum { kTransposeFilter = 1, kTransposeInput = 2, kTransposeBias = 3 };

constexpr uint32_t kTransposeActivation = 3;  // field of TransposeConvOptions

// Extents, strides and paddings; zero points and range are the caller's. False, with a message,
// where they do not fit.
bool FillTransposed(OpContext& context, const TensorInfo& input, const TensorInfo& filter,
                    const TensorInfo& output, nn::ConvParams* params);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_TRANSPOSE_CONV_COMMON_H_
