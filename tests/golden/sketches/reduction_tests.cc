// Tests of reductions and of what multiplies matrices, as upstream writes them.

#include "kernel_testing.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/testing/micro_test.h"

namespace {

using kernel_testing::ExpectAll;
using kernel_testing::ExpectDequantized;
using kernel_testing::ExpectNear;
using kernel_testing::Run;
using tflite::testing::CreateQuantizedTensor;
using tflite::testing::CreateTensor;
using tflite::testing::IntArrayFromInts;

int g_dims[] = {4, 1, 2, 2, 2};
const float g_input[] = {1, 2, 3, 4, 5, 6, 7, 8};
int g_axes_dims[] = {1, 2};
const int32_t g_axes[] = {1, -2};
int g_kept_dims[] = {4, 1, 1, 1, 2};
int g_dropped_dims[] = {2, 1, 2};

void TestReduction(const TFLMRegistration& registration, int* output_dims,
                   const TfLiteReducerParams& params, const float (&expected)[2]) {
  float output[2];
  TfLiteTensor tensors[] = {CreateTensor(g_input, IntArrayFromInts(g_dims)),
                            CreateTensor(g_axes, IntArrayFromInts(g_axes_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(registration, tensors, &params));
  ExpectNear(output, expected, 1e-6f);
  int8_t quantized[8], steps[2];
  TfLiteTensor of_int8[] = {
      CreateQuantizedTensor(g_input, quantized, IntArrayFromInts(g_dims), 0.2f, -10), tensors[1],
      CreateQuantizedTensor(steps, IntArrayFromInts(output_dims), 0.2f, -10)};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(registration, of_int8, &params));
  ExpectDequantized(steps, expected, 0.2f, -10);
}

void TestArg(const TFLMRegistration& registration, int* axis_dims, const int32_t (&expected)[2]) {
  int dims[] = {2, 2, 3}, output_dims[] = {1, 2};
  const float input[] = {1, 5, 3, 2, 0, 7};
  const int32_t axis[] = {1};
  int32_t output[2];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(axis, IntArrayFromInts(axis_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(registration, tensors, nullptr));
  ExpectAll(output, expected);
  int8_t quantized[6];
  TfLiteTensor of_int8[] = {
      CreateQuantizedTensor(input, quantized, IntArrayFromInts(dims), 0.1f, 1), tensors[1],
      tensors[2]};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(registration, of_int8, nullptr));
  ExpectAll(output, expected);
}

}  // namespace

TF_LITE_MICRO_TESTS_BEGIN

TF_LITE_MICRO_TEST(MeanAndSum) {
  const TfLiteReducerParams kept = {true}, dropped = {false};
  const float means[] = {4, 5}, sums[] = {16, 20};
  TestReduction(tflite::Register_MEAN(), g_kept_dims, kept, means);
  TestReduction(tflite::Register_MEAN(), g_dropped_dims, dropped, means);
  TestReduction(tflite::Register_SUM(), g_kept_dims, kept, sums);
}

TF_LITE_MICRO_TEST(ReduceMaxAndMin) {
  const TfLiteReducerParams kept = {true}, dropped = {false};
  const float most[] = {7, 8}, least[] = {1, 2};
  TestReduction(tflite::Register_REDUCE_MAX(), g_kept_dims, kept, most);
  TestReduction(tflite::Register_REDUCE_MIN(), g_dropped_dims, dropped, least);
}

TF_LITE_MICRO_TEST(ReduceAll) {
  int dims[] = {2, 2, 2}, axis_dims[] = {1, 1}, output_dims[] = {1, 2};
  const bool input[] = {true, true, false, true}, expected[] = {true, false};
  const int32_t axis[] = {1};
  bool output[2];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(axis, IntArrayFromInts(axis_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  const TfLiteReducerParams params = {false};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_REDUCE_ALL(), tensors, &params));
  ExpectAll(output, expected);
}

// The axis is a tensor of one element, of whatever shape.
TF_LITE_MICRO_TEST(ArgMaxAndArgMin) {
  int one[] = {1, 1}, scalar[] = {0}, three[] = {3, 1, 1, 1};
  const int32_t most[] = {1, 2}, least[] = {0, 1};
  TestArg(tflite::Register_ARG_MAX(), one, most);
  TestArg(tflite::Register_ARG_MAX(), three, most);
  TestArg(tflite::Register_ARG_MIN(), scalar, least);
}

TF_LITE_MICRO_TEST(CumSum) {
  int dims[] = {1, 4}, axis_dims[] = {1, 1};
  const float input[] = {1, 2, 3, 4}, expected[] = {9, 7, 4, 0};
  const int32_t axis[] = {0};
  float output[4];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(axis, IntArrayFromInts(axis_dims)),
                            CreateTensor(output, IntArrayFromInts(dims))};
  const TfLiteCumsumParams params = {true, true};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_CUMSUM(), tensors, &params));
  ExpectNear(output, expected, 0);
  int8_t quantized[4], sums[4];
  TfLiteTensor of_int8[] = {CreateQuantizedTensor(input, quantized, IntArrayFromInts(dims), 0.1f),
                            tensors[1], CreateQuantizedTensor(sums, IntArrayFromInts(dims), 0.1f)};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_CUMSUM(), of_int8, &params));
  ExpectDequantized(sums, expected, 0.1f, 0);
}

TF_LITE_MICRO_TEST(BatchMatMulWithATurnedOperand) {
  int dims[] = {3, 1, 2, 3}, right_dims[] = {3, 1, 2, 3}, output_dims[] = {3, 1, 2, 2};
  const float left[] = {1, 2, 3, 4, 5, 6}, right[] = {1, 0, -1, 2, 1, 0};
  const float expected[] = {-2, 4, -2, 13};
  float output[4];
  TfLiteTensor tensors[] = {CreateTensor(left, IntArrayFromInts(dims)),
                            CreateTensor(right, IntArrayFromInts(right_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  const TfLiteBatchMatMulParams params = {false, true, false};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_BATCH_MATMUL(), tensors, &params));
  ExpectNear(output, expected, 0);
  int8_t quantized[6], factors[6], products[4];
  TfLiteTensor of_int8[] = {
      CreateQuantizedTensor(left, quantized, IntArrayFromInts(dims), 0.1f, -5),
      CreateQuantizedTensor(right, factors, IntArrayFromInts(right_dims), 0.02f, 1),
      CreateQuantizedTensor(products, IntArrayFromInts(output_dims), 0.2f, 3)};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_BATCH_MATMUL(), of_int8, &params));
  ExpectDequantized(products, expected, 0.2f, 3);
}

// One feature, one unit, weights that leave each gate at its bias: the cell takes tanh(0) of
// nothing in, so what comes out is that of the cell it began with.
TF_LITE_MICRO_TEST(LstmKeepsItsStatesInVariables) {
  int input_dims[] = {3, 1, 2, 1}, weights_dims[] = {2, 1, 1}, bias_dims[] = {1, 1};
  int state_dims[] = {2, 1, 1};
  const int8_t input[] = {0, 0}, weight[] = {0};
  const int32_t open[] = {1 << 24}, shut[] = {-(1 << 24)};
  int8_t hidden[] = {0}, output[2];
  int16_t cell[] = {2048};
  std::vector<TfLiteTensor> tensors;
  tensors.push_back(CreateQuantizedTensor(input, IntArrayFromInts(input_dims), 1.0f / 128));
  for (int i = 0; i < 8; ++i) {
    tensors.push_back(CreateQuantizedTensor(weight, IntArrayFromInts(weights_dims), 1.0f / 128));
  }
  // Gates: in, forget, cell, out.
  for (const int32_t* bias : {shut, open, shut, open}) {
    tensors.push_back(CreateQuantizedTensor(bias, IntArrayFromInts(bias_dims), 1.0f / 16384));
  }
  tensors.push_back(
      CreateQuantizedTensor(hidden, IntArrayFromInts(state_dims), 1.0f / 128, 0, true));
  tensors.push_back(
      CreateQuantizedTensor(cell, IntArrayFromInts(state_dims), 1.0f / 2048, 0, true));
  tensors.push_back(CreateQuantizedTensor(output, IntArrayFromInts(input_dims), 1.0f / 128));
  int inputs[] = {24, 0,  1,  2,  3,  4,  5,  6,  7,  8,  -1, -1, -1,
                  9,  10, 11, 12, -1, -1, 13, 14, -1, -1, -1, -1};
  int outputs[] = {1, 15};
  int intermediates[] = {0};
  const TfLiteUnidirectionalSequenceLSTMParams params = {kTfLiteActTanh, 10,    0,
                                                         false,          false, false};
  tflite::micro::KernelRunner runner(tflite::Register_UNIDIRECTIONAL_SEQUENCE_LSTM(),
                                     tensors.data(), static_cast<int>(tensors.size()),
                                     IntArrayFromInts(inputs), IntArrayFromInts(outputs), &params,
                                     IntArrayFromInts(intermediates));
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.InitAndPrepare());
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Invoke());
  const float expected[] = {0.76159416f, 0.76159416f};
  ExpectDequantized(output, expected, 1.0f / 128, 0);
  TF_LITE_MICRO_EXPECT_NEAR(2048, cell[0], 4);
  TF_LITE_MICRO_EXPECT_EQ(output[1], hidden[0]);
}

TF_LITE_MICRO_TESTS_END
