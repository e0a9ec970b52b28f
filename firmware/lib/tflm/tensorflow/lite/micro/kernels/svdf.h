// By upstream's name of this header: functions stand in micro/kernels/micro_ops.h, and here the
// places of the op's tensors.

#ifndef TENSORFLOW_LITE_MICRO_KERNELS_SVDF_H_
#define TENSORFLOW_LITE_MICRO_KERNELS_SVDF_H_

#include "tensorflow/lite/micro/kernels/micro_ops.h"

namespace tflite {

constexpr int kSvdfInputTensor = 0;
constexpr int kSvdfWeightsFeatureTensor = 1;
constexpr int kSvdfWeightsTimeTensor = 2;
constexpr int kSvdfBiasTensor = 3;
constexpr int kSvdfInputActivationStateTensor = 4;
constexpr int kSvdfOutputTensor = 0;

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_KERNELS_SVDF_H_
