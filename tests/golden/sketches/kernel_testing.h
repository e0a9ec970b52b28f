// What tests of kernels share, as upstream's files of tests have it each for itself.

#ifndef TESTS_GOLDEN_SKETCHES_KERNEL_TESTING_H_
#define TESTS_GOLDEN_SKETCHES_KERNEL_TESTING_H_

#include <cmath>
#include <cstdlib>
#include <vector>

#include "tensorflow/lite/micro/kernels/kernel_runner.h"
#include "tensorflow/lite/micro/test_helpers.h"
#include "tensorflow/lite/micro/testing/micro_test.h"

namespace kernel_testing {

using tflite::testing::CreateQuantizedTensor;
using tflite::testing::CreateTensor;
using tflite::testing::IntArrayFromInts;

// Runs the op on tensors of which the last `outputs` are its outputs.
inline TfLiteStatus Run(const TFLMRegistration& registration, TfLiteTensor* tensors, int count,
                        const void* params, int outputs = 1) {
  std::vector<int> ins = {count - outputs};
  std::vector<int> outs = {outputs};
  for (int i = 0; i < count; ++i) {
    (i < count - outputs ? ins : outs).push_back(i);
  }
  tflite::micro::KernelRunner runner(registration, tensors, count, IntArrayFromInts(ins.data()),
                                     IntArrayFromInts(outs.data()), params);
  const TfLiteStatus status = runner.InitAndPrepare();
  return status == kTfLiteOk ? runner.Invoke() : status;
}
template <int kCount>
TfLiteStatus Run(const TFLMRegistration& registration, TfLiteTensor (&tensors)[kCount],
                 const void* params, int outputs = 1) {
  return Run(registration, tensors, kCount, params, outputs);
}

template <typename T, int kLength>
void ExpectAll(const T* output, const T (&expected)[kLength]) {
  for (int i = 0; i < kLength; ++i) {
    TF_LITE_MICRO_EXPECT_EQ(output[i], expected[i]);
  }
}

template <int kLength>
void ExpectNear(const float* output, const float (&expected)[kLength], float tolerance) {
  for (int i = 0; i < kLength; ++i) {
    TF_LITE_MICRO_EXPECT_NEAR(output[i], expected[i], tolerance);
  }
}

template <int kLength>
void ExpectDequantized(const int8_t* output, const float (&expected)[kLength], float scale,
                       int zero_point) {
  float real[kLength];
  tflite::Dequantize(output, kLength, scale, zero_point, real);
  ExpectNear(real, expected, scale);
}

}  // namespace kernel_testing

#endif  // TESTS_GOLDEN_SKETCHES_KERNEL_TESTING_H_
