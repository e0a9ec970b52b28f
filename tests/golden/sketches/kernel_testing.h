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

template <typename T, int kLength>
void ExpectDequantized(const T* output, const float (&expected)[kLength], float scale,
                       int zero_point) {
  float real[kLength];
  tflite::Dequantize(output, kLength, scale, zero_point, real);
  ExpectNear(real, expected, scale);
}

// An op of two inputs, of any types that have no scale.
template <typename First, typename Second, typename Out, int kFirst, int kSecond, int kLength>
void TestBinary(const TFLMRegistration& registration, int* dims0, const First (&input0)[kFirst],
                int* dims1, const Second (&input1)[kSecond], int* output_dims,
                const Out (&expected)[kLength], const void* params = nullptr) {
  Out output[kLength];
  TfLiteTensor tensors[] = {CreateTensor(input0, IntArrayFromInts(dims0)),
                            CreateTensor(input1, IntArrayFromInts(dims1)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(registration, tensors, params));
  ExpectAll(output, expected);
}

}  // namespace kernel_testing

#endif  // TESTS_GOLDEN_SKETCHES_KERNEL_TESTING_H_
