// By upstream's name of this header: functions stand in micro/kernels/micro_ops.h, and here the
// places of the op's tensors.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_CONV_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_CONV_H_

#include "tensorflow/lite/micro/kernels/micro_ops.h"

namespace tflite {

constexpr int kConvInputTensor = 0;
constexpr int kConvWeightsTensor = 1;
constexpr int kConvBiasTensor = 2;
constexpr int kConvOutputTensor = 0;
constexpr int kConvQuantizedDimension = 0;

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_CONV_H_
