// By upstream's name of this header: functions stand in micro/kernels/micro_ops.h, and here the
// places of the op's tensors.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_FULLY_CONNECTED_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_FULLY_CONNECTED_H_

#include "tensorflow/lite/micro/kernels/micro_ops.h"

namespace tflite {

constexpr int kFullyConnectedInputTensor = 0;
constexpr int kFullyConnectedWeightsTensor = 1;
constexpr int kFullyConnectedBiasTensor = 2;
constexpr int kFullyConnectedOutputTensor = 0;

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_FULLY_CONNECTED_H_
