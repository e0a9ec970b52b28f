// What the pools share.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_POOL_COMMON_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_POOL_COMMON_H_

#include "nn/conv_params.h"
#include "tensorflow/lite/micro/op.h"

namespace tflm {

enum { kPoolActivation = 5 };  // field of Pool2DOptions

// Fills in what of `params` a pool uses, but for zero points and range. kTfLiteError, with a
// message, where the shapes do not fit.
TfLiteStatus FillPool(OpContext& context, const TensorInfo& input, const TensorInfo& output,
                      nn::ConvParams* params);

// Of int8: validates the op and keeps its nn::ConvParams as the op's parameters.
TfLiteStatus PreparePool(OpContext& context);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_POOL_COMMON_H_
