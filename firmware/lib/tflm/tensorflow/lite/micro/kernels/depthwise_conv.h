// By upstream's name of this header: functions stand in micro/kernels/micro_ops.h, and here the
// places of the op's tensors.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_DEPTHWISE_CONV_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_DEPTHWISE_CONV_H_

#include "tensorflow/lite/micro/kernels/micro_ops.h"

namespace tflite {

constexpr int kDepthwiseConvInputTensor = 0;
constexpr int kDepthwiseConvWeightsTensor = 1;
constexpr int kDepthwiseConvBiasTensor = 2;
constexpr int kDepthwiseConvOutputTensor = 0;
constexpr int kDepthwiseConvQuantizedDimension = 3;

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_DEPTHWISE_CONV_H_
