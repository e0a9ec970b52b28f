// Tests of kernels as upstream wrote them until 2021: a reporter, functions of ops::micro, tensors
// by their type's name; and the headers that name one kernel each.

#include "tensorflow/lite/micro/kernels/activations.h"
#include "tensorflow/lite/micro/kernels/circular_buffer.h"
#include "tensorflow/lite/micro/kernels/dequantize.h"
#include "tensorflow/lite/micro/kernels/ethosu.h"
#include "tensorflow/lite/micro/kernels/hard_swish.h"
#include "tensorflow/lite/micro/kernels/kernel_runner.h"
#include "tensorflow/lite/micro/kernels/leaky_relu.h"
#include "tensorflow/lite/micro/kernels/logical.h"
#include "tensorflow/lite/micro/kernels/logistic.h"
#include "tensorflow/lite/micro/kernels/prelu.h"
#include "tensorflow/lite/micro/kernels/quantize.h"
#include "tensorflow/lite/micro/kernels/reshape.h"
#include "tensorflow/lite/micro/kernels/strided_slice.h"
#include "tensorflow/lite/micro/kernels/sub.h"
#include "tensorflow/lite/micro/kernels/transpose.h"
#include "tensorflow/lite/micro/kernels/unidirectional_sequence_lstm.h"
#include "tensorflow/lite/micro/test_helpers.h"
#include "tensorflow/lite/micro/testing/micro_test.h"

namespace {

using tflite::testing::CreateBoolTensor;
using tflite::testing::CreateFloatTensor;
using tflite::testing::CreateInt32Tensor;
using tflite::testing::IntArrayFromInts;

void Run(const TfLiteRegistration& registration, TfLiteTensor* tensors, int count,
         TfLiteIntArray* inputs, TfLiteIntArray* outputs, void* builtin_data) {
  tflite::micro::KernelRunner runner(registration, tensors, count, inputs, outputs, builtin_data,
                                     micro_test::reporter);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.InitAndPrepare());
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Invoke());
}

}  // namespace

TF_LITE_MICRO_TESTS_BEGIN

TF_LITE_MICRO_TEST(SubOfReals) {
  int dims[] = {1, 3}, inputs[] = {2, 0, 1}, outputs[] = {1, 2};
  const float a[] = {1, 2, 3}, b[] = {0.5f, 2, -1};
  float output[3];
  TfLiteTensor tensors[] = {CreateFloatTensor(a, IntArrayFromInts(dims)),
                            CreateFloatTensor(b, IntArrayFromInts(dims)),
                            CreateFloatTensor(output, IntArrayFromInts(dims))};
  TfLiteSubParams params = {kTfLiteActNone, false};
  const TfLiteRegistration registration = tflite::ops::micro::Register_SUB();
  Run(registration, tensors, 3, IntArrayFromInts(inputs), IntArrayFromInts(outputs), &params);
  TF_LITE_MICRO_EXPECT(output[0] == 0.5f && output[1] == 0.0f && output[2] == 4.0f);
}

TF_LITE_MICRO_TEST(LogicalNot) {
  int dims[] = {1, 2}, inputs[] = {1, 0}, outputs[] = {1, 1};
  const bool input[] = {true, false};
  bool output[2];
  TfLiteTensor tensors[] = {CreateBoolTensor(input, IntArrayFromInts(dims)),
                            CreateBoolTensor(output, IntArrayFromInts(dims))};
  Run(tflite::ops::micro::Register_LOGICAL_NOT(), tensors, 2, IntArrayFromInts(inputs),
      IntArrayFromInts(outputs), nullptr);
  TF_LITE_MICRO_EXPECT(!output[0] && output[1]);
}

TF_LITE_MICRO_TEST(ReshapeByATensor) {
  int dims[] = {1, 2}, shape_dims[] = {1, 2}, output_dims[] = {2, 2, 1};
  int inputs[] = {2, 0, 1}, outputs[] = {1, 2};
  const int32_t input[] = {5, 6}, shape[] = {2, 1};
  int32_t output[2];
  TfLiteTensor tensors[] = {CreateInt32Tensor(input, IntArrayFromInts(dims)),
                            CreateInt32Tensor(shape, IntArrayFromInts(shape_dims)),
                            CreateInt32Tensor(output, IntArrayFromInts(output_dims))};
  TfLiteRegistration registration = tflite::ops::micro::Register_RESHAPE();
  Run(registration, tensors, 3, IntArrayFromInts(inputs), IntArrayFromInts(outputs), nullptr);
  TF_LITE_MICRO_EXPECT(output[0] == 5 && output[1] == 6);
}

TF_LITE_MICRO_TEST(QuantizesBothWays) {
  const float values[] = {-1, 0.5f};
  int8_t steps[2];
  float real[2];
  tflite::AsymmetricQuantize(values, steps, 2, 0.25f, 3);
  TF_LITE_MICRO_EXPECT(steps[0] == -1 && steps[1] == 5);
  tflite::AsymmetricDequantize(steps, 2, 0.25f, 3, real);
  TF_LITE_MICRO_EXPECT(real[0] == -1.0f && real[1] == 0.5f);
}

TF_LITE_MICRO_TESTS_END
