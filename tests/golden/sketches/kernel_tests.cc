// Tests of kernels as upstream writes them: arrays, tensors over them, a KernelRunner.

#include <cmath>

#include "kernel_testing.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/kernels/kernel_runner.h"
#include "tensorflow/lite/micro/kernels/micro_ops.h"
#include "tensorflow/lite/micro/test_helpers.h"
#include "tensorflow/lite/micro/testing/micro_test.h"

namespace {

using kernel_testing::ExpectAll;
using kernel_testing::ExpectDequantized;
using kernel_testing::ExpectNear;
using kernel_testing::Run;
using tflite::testing::CreatePerChannelQuantizedBiasTensor;
using tflite::testing::CreateQuantizedBiasTensor;
using tflite::testing::CreateQuantizedTensor;
using tflite::testing::CreateSymmetricPerChannelQuantizedTensor;
using tflite::testing::CreateTensor;
using tflite::testing::IntArrayFromInts;

// Two images' rows of 1x4x2, of which three filters of 2x2 make 1x2x1x3.
int g_conv_input_dims[] = {4, 1, 4, 2, 1};
int g_conv_filter_dims[] = {4, 3, 2, 2, 1};
int g_conv_bias_dims[] = {1, 3};
int g_conv_output_dims[] = {4, 1, 2, 1, 3};
const float g_conv_input[] = {1, 2, 3, 4, -1, 0, 2, 1};
const float g_conv_filter[] = {1, 1, 1, 1, -1, 1, -1, 1, 0.5f, 0, 0, 2};
const float g_conv_bias[] = {1, -2, 3};
const float g_conv_expected[] = {11, 0, 11.5f, 3, -2, 4.5f};
const TfLiteConvParams g_conv_params = {kTfLitePaddingValid, 1, 2, kTfLiteActNone, 1, 1,
                                        kTfLiteNoType};

}  // namespace

TF_LITE_MICRO_TESTS_BEGIN

TF_LITE_MICRO_TEST(ConvFloat) {
  float output[6];
  TfLiteTensor tensors[] = {
      CreateTensor(g_conv_input, IntArrayFromInts(g_conv_input_dims)),
      CreateTensor(g_conv_filter, IntArrayFromInts(g_conv_filter_dims)),
      CreateTensor(g_conv_bias, IntArrayFromInts(g_conv_bias_dims)),
      CreateTensor(output, IntArrayFromInts(g_conv_output_dims)),
  };
  const TFLMRegistration registration = tflite::Register_CONV_2D();
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(registration, tensors, &g_conv_params));
  ExpectNear(output, g_conv_expected, 1e-6f);
}

TF_LITE_MICRO_TEST(ConvPerChannelInt8) {
  const float in_scale = 0.0625f, out_scale = 0.125f;
  int8_t input[8], filter[12], output[6];
  int32_t bias[3];
  float filter_scales[4], bias_scales[4];
  int filter_zeros[4], bias_zeros[4];
  TfLiteAffineQuantization filter_quantization, bias_quantization;
  TfLiteTensor tensors[] = {
      CreateQuantizedTensor(g_conv_input, input, IntArrayFromInts(g_conv_input_dims), in_scale, -5),
      CreateSymmetricPerChannelQuantizedTensor(g_conv_filter, filter,
                                               IntArrayFromInts(g_conv_filter_dims), filter_scales,
                                               filter_zeros, &filter_quantization, 0),
      CreatePerChannelQuantizedBiasTensor(g_conv_bias, bias, IntArrayFromInts(g_conv_bias_dims),
                                          in_scale, &filter_scales[1], bias_scales, bias_zeros,
                                          &bias_quantization, 0),
      CreateQuantizedTensor(output, IntArrayFromInts(g_conv_output_dims), out_scale, 3),
  };
  TF_LITE_MICRO_EXPECT_NEAR(filter_scales[3], 2.0f / 127, 1e-9f);
  TF_LITE_MICRO_EXPECT_EQ(127, filter[11]);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_CONV_2D_INT8(), tensors, &g_conv_params));
  ExpectDequantized(output, g_conv_expected, out_scale, 3);
}

TF_LITE_MICRO_TEST(ConvWithABiasOfAnotherLengthIsRefused) {
  float output[6];
  int bias_dims[] = {1, 2};
  TfLiteTensor tensors[] = {
      CreateTensor(g_conv_input, IntArrayFromInts(g_conv_input_dims)),
      CreateTensor(g_conv_filter, IntArrayFromInts(g_conv_filter_dims)),
      CreateTensor(g_conv_bias, IntArrayFromInts(bias_dims)),
      CreateTensor(output, IntArrayFromInts(g_conv_output_dims)),
  };
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteError, Run(tflite::Register_CONV_2D(), tensors, &g_conv_params));
}

TF_LITE_MICRO_TEST(DepthwiseConvInt8) {
  int input_dims[] = {4, 1, 3, 2, 2}, filter_dims[] = {4, 1, 2, 2, 2}, bias_dims[] = {1, 2};
  int output_dims[] = {4, 1, 2, 1, 2};
  const float input_values[] = {1, 2, 7, 8, 3, 4, 9, 10, 5, 6, 11, 12};
  const float filter_values[] = {1, 2, -2, 4, 3, 4, -4, 2};
  const float bias_values[] = {1, 2};
  const float expected[] = {1 - 14 + 9 - 36 + 1, 4 + 32 + 16 + 20 + 2, 3 - 18 + 15 - 44 + 1,
                            8 + 40 + 24 + 24 + 2};
  int8_t input[12], filter[8], output[4];
  int32_t bias[2];
  float filter_scales[3], bias_scales[3];
  int filter_zeros[3], bias_zeros[3];
  TfLiteAffineQuantization filter_quantization, bias_quantization;
  TfLiteTensor tensors[] = {
      CreateQuantizedTensor(input_values, input, IntArrayFromInts(input_dims), 0.125f, 0),
      CreateSymmetricPerChannelQuantizedTensor(filter_values, filter, IntArrayFromInts(filter_dims),
                                               filter_scales, filter_zeros, &filter_quantization,
                                               3),
      CreatePerChannelQuantizedBiasTensor(bias_values, bias, IntArrayFromInts(bias_dims), 0.125f,
                                          &filter_scales[1], bias_scales, bias_zeros,
                                          &bias_quantization, 0),
      CreateQuantizedTensor(output, IntArrayFromInts(output_dims), 1.0f, 0),
  };
  const TfLiteDepthwiseConvParams params = {kTfLitePaddingValid, 1, 1, 1, kTfLiteActNone, 1, 1};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_DEPTHWISE_CONV_2D(), tensors, &params));
  ExpectDequantized(output, expected, 1.0f, 0);
}

TF_LITE_MICRO_TEST(FullyConnectedFloatWithRelu) {
  int input_dims[] = {2, 2, 3}, weights_dims[] = {2, 2, 3}, bias_dims[] = {1, 2};
  int output_dims[] = {2, 2, 2};
  const float input[] = {1, 2, 3, -1, 0, 1}, weights[] = {1, 1, 1, -1, -1, 2}, bias[] = {0.5f, -3};
  float output[4];
  TfLiteTensor tensors[] = {
      CreateTensor(input, IntArrayFromInts(input_dims)),
      CreateTensor(weights, IntArrayFromInts(weights_dims)),
      CreateTensor(bias, IntArrayFromInts(bias_dims)),
      CreateTensor(output, IntArrayFromInts(output_dims)),
  };
  const TfLiteFullyConnectedParams params = {
      kTfLiteActRelu, kTfLiteFullyConnectedWeightsFormatDefault, false, false, kTfLiteNoType};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_FULLY_CONNECTED(), tensors, &params));
  const float expected[] = {6.5f, 0, 0.5f, 0};
  ExpectNear(output, expected, 1e-6f);
}

TF_LITE_MICRO_TEST(FullyConnectedInt8) {
  int input_dims[] = {2, 1, 3}, weights_dims[] = {2, 2, 3}, bias_dims[] = {1, 2};
  int output_dims[] = {2, 1, 2};
  const float input_values[] = {1, 2, 3}, weights_values[] = {1, 1, 1, -1, -1, 2};
  const float bias_values[] = {0.5f, -3};
  int8_t input[3], weights[6], output[2];
  int32_t bias[2];
  TfLiteTensor tensors[] = {
      CreateQuantizedTensor(input_values, input, IntArrayFromInts(input_dims), 0.05f, -1),
      CreateQuantizedTensor(weights_values, weights, IntArrayFromInts(weights_dims), 0.02f, 0),
      CreateQuantizedBiasTensor(bias_values, bias, IntArrayFromInts(bias_dims), 0.05f, 0.02f),
      CreateQuantizedTensor(output, IntArrayFromInts(output_dims), 0.1f, -10),
  };
  const TfLiteFullyConnectedParams params = {
      kTfLiteActNone, kTfLiteFullyConnectedWeightsFormatDefault, false, false, kTfLiteNoType};
  TF_LITE_MICRO_EXPECT_EQ(500, bias[0]);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_FULLY_CONNECTED(), tensors, &params));
  const float expected[] = {6.5f, 0};
  ExpectDequantized(output, expected, 0.1f, -10);
}

TF_LITE_MICRO_TEST(WhatIsLeftOutMayBeAnything) {
  int dims[] = {2, 1, 2}, weights_dims[] = {2, 1, 2}, output_dims[] = {2, 1, 1};
  const int8_t input[] = {3, 4}, weights[] = {10, 1};
  int8_t output[1];
  float scales[] = {1, 0.5f};
  int zero_points[] = {1, -2};
  TfLiteAffineQuantization quantization = {tflite::testing::FloatArrayFromFloats(scales),
                                           IntArrayFromInts(zero_points), 0};
  TfLiteTensor tensors[4];
  tensors[0] = CreateTensor(input, IntArrayFromInts(dims));
  tensors[0].quantization = {kTfLiteAffineQuantization, &quantization};
  tensors[1] = CreateQuantizedTensor(weights, IntArrayFromInts(weights_dims), 1.0f);
  tensors[3] = CreateQuantizedTensor(output, IntArrayFromInts(output_dims), 0.5f);
  int inputs[] = {3, 0, 1, -1}, outputs[] = {1, 3};
  const TfLiteFullyConnectedParams params = {
      kTfLiteActNone, kTfLiteFullyConnectedWeightsFormatDefault, false, false, kTfLiteNoType};
  const TFLMRegistration registration = tflite::Register_FULLY_CONNECTED();
  tflite::KernelRunner runner(registration, tensors, 4, IntArrayFromInts(inputs),
                              IntArrayFromInts(outputs), &params);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.InitAndPrepare());
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Invoke());
  TF_LITE_MICRO_EXPECT_EQ(5 * 10 + 6, output[0]);
}

TF_LITE_MICRO_TEST(TransposeConvInt8) {
  int shape_dims[] = {1, 4}, filter_dims[] = {4, 1, 1, 2, 1}, input_dims[] = {4, 1, 1, 2, 1};
  int output_dims[] = {4, 1, 1, 4, 1};
  const int32_t shape[] = {1, 1, 4, 1};
  const int8_t filter[] = {1, 3}, input[] = {10, -20};
  int8_t output[4];
  TfLiteTensor tensors[] = {
      CreateTensor(shape, IntArrayFromInts(shape_dims)),
      CreateQuantizedTensor(filter, IntArrayFromInts(filter_dims), 1.0f),
      CreateQuantizedTensor(input, IntArrayFromInts(input_dims), 0.5f),
      CreateQuantizedTensor(output, IntArrayFromInts(output_dims), 0.5f, 1),
  };
  const TfLiteTransposeConvParams params = {kTfLitePaddingValid, 2, 1, kTfLiteActNone,
                                            kTfLiteNoType};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_TRANSPOSE_CONV(), tensors, &params));
  const int8_t expected[] = {11, 31, -19, -59};
  ExpectAll(output, expected);
}

TF_LITE_MICRO_TEST(SoftmaxFloatAndInt8) {
  int dims[] = {2, 1, 3};
  const float input[] = {1, 2, 3};
  const float expected[] = {0.09003057f, 0.24472847f, 0.66524096f};
  const TfLiteSoftmaxParams params = {1.0f};
  float output[3];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_SOFTMAX(), tensors, &params));
  ExpectNear(output, expected, 1e-6f);
  int8_t quantized[3], scores[3];
  TfLiteTensor of_int8[] = {
      CreateQuantizedTensor(input, quantized, IntArrayFromInts(dims), 0.05f, 0),
      CreateQuantizedTensor(scores, IntArrayFromInts(dims), 1.0f / 256, -128)};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_SOFTMAX(), of_int8, &params));
  ExpectDequantized(scores, expected, 1.0f / 256, -128);
}

TF_LITE_MICRO_TEST(AddFloatAndBroadcastInt8) {
  int dims[] = {2, 2, 2}, row_dims[] = {2, 1, 2};
  const float a[] = {1, -2, 3, 4}, row[] = {0.5f, 1};
  const TfLiteAddParams params = {kTfLiteActRelu6, false};
  float output[4];
  TfLiteTensor tensors[] = {CreateTensor(a, IntArrayFromInts(dims)),
                            CreateTensor(a, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_ADD(), tensors, &params));
  const float expected[] = {2, 0, 6, 6};
  ExpectNear(output, expected, 0.0f);
  const TfLiteAddParams plain = {kTfLiteActNone, false};
  const float min = -5, max = 5;
  const float scale = tflite::testing::ScaleFromMinMax<int8_t>(min, max);
  const int zero_point = tflite::testing::ZeroPointFromMinMax<int8_t>(min, max);
  int8_t left[4], right[2], sums[4];
  TfLiteTensor of_int8[] = {
      CreateQuantizedTensor(a, left, IntArrayFromInts(dims), scale, zero_point),
      CreateQuantizedTensor(row, right, IntArrayFromInts(row_dims), scale, zero_point),
      CreateQuantizedTensor(sums, IntArrayFromInts(dims), scale, zero_point)};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_ADD_INT8(), of_int8, &plain));
  const float broadcast[] = {1.5f, -1, 3.5f, 5};
  ExpectDequantized(sums, broadcast, scale, zero_point);
}

TF_LITE_MICRO_TEST(MulInt16) {
  int dims[] = {1, 4};
  const int16_t a[] = {100, -200, 300, 30000}, b[] = {2, 2, -2, 2};
  int16_t output[4];
  TfLiteTensor tensors[] = {CreateQuantizedTensor(a, IntArrayFromInts(dims), 0.5f),
                            CreateQuantizedTensor(b, IntArrayFromInts(dims), 0.5f),
                            CreateQuantizedTensor(output, IntArrayFromInts(dims), 0.25f)};
  const TfLiteMulParams params = {kTfLiteActNone};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_MUL(), tensors, &params));
  const int16_t expected[] = {200, -400, -600, 32767};
  ExpectAll(output, expected);
}

TF_LITE_MICRO_TEST(PadInt8WithItsZeroPoint) {
  int dims[] = {4, 1, 1, 2, 1}, paddings_dims[] = {2, 4, 2}, output_dims[] = {4, 1, 2, 4, 1};
  const int8_t input[] = {7, 9};
  const int32_t paddings[] = {0, 0, 1, 0, 1, 1, 0, 0};
  int8_t output[8];
  TfLiteTensor tensors[] = {CreateQuantizedTensor(input, IntArrayFromInts(dims), 1.0f, 5),
                            CreateTensor(paddings, IntArrayFromInts(paddings_dims)),
                            CreateQuantizedTensor(output, IntArrayFromInts(output_dims), 1.0f, 5)};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_PAD(), tensors, nullptr));
  const int8_t expected[] = {5, 5, 5, 5, 5, 7, 9, 5};
  ExpectAll(output, expected);
}

TF_LITE_MICRO_TEST(PoolsFloatAndInt8) {
  int dims[] = {4, 1, 2, 4, 1}, output_dims[] = {4, 1, 1, 2, 1};
  const float input[] = {0, 6, 2, 4, 3, 2, 10, 7};
  TfLitePoolParams params = {kTfLitePaddingValid, 2, 2, 2, 2, kTfLiteActNone, {}};
  float output[2];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_AVERAGE_POOL_2D(), tensors, &params));
  const float means[] = {2.75f, 5.75f};
  ExpectNear(output, means, 1e-6f);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_L2_POOL_2D(), tensors, &params));
  const float norms[] = {3.5f, 6.5f};
  ExpectNear(output, norms, 1e-5f);
  int8_t quantized[8], most[2];
  TfLiteTensor of_int8[] = {
      CreateQuantizedTensor(input, quantized, IntArrayFromInts(dims), 0.1f, -20),
      CreateQuantizedTensor(most, IntArrayFromInts(output_dims), 0.1f, -20)};
  params.activation = kTfLiteActRelu6;
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_MAX_POOL_2D(), of_int8, &params));
  const float maxima[] = {6, 6};
  ExpectDequantized(most, maxima, 0.1f, -20);
}

TF_LITE_MICRO_TEST(Reshape) {
  int dims[] = {2, 2, 3}, shape_dims[] = {1, 1}, output_dims[] = {1, 6};
  const int8_t input[] = {1, 2, 3, 4, 5, 6};
  const int32_t shape[] = {-1};
  int8_t output[6];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(shape, IntArrayFromInts(shape_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_RESHAPE(), tensors, nullptr));
  ExpectAll(output, input);
}

TF_LITE_MICRO_TEST(Concatenation) {
  int dims[] = {2, 2, 1}, wide_dims[] = {2, 2, 2}, output_dims[] = {2, 2, 3};
  const float a[] = {1, 2}, b[] = {3, 4, 5, 6};
  float output[6];
  TfLiteTensor tensors[] = {CreateTensor(a, IntArrayFromInts(dims)),
                            CreateTensor(b, IntArrayFromInts(wide_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  const TfLiteConcatenationParams params = {-1, kTfLiteActNone};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_CONCATENATION(), tensors, &params));
  const float expected[] = {1, 3, 4, 2, 5, 6};
  ExpectNear(output, expected, 0.0f);
}

TF_LITE_MICRO_TEST(StridedSliceWithAMask) {
  int dims[] = {2, 2, 4}, three_dims[] = {1, 2}, output_dims[] = {1, 2};
  const int8_t input[] = {1, 2, 3, 4, 5, 6, 7, 8};
  const int32_t begin[] = {1, 9}, end[] = {2, 9}, strides[] = {1, -2};
  int8_t output[2];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(begin, IntArrayFromInts(three_dims)),
                            CreateTensor(end, IntArrayFromInts(three_dims)),
                            CreateTensor(strides, IntArrayFromInts(three_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  const TfLiteStridedSliceParams params = {2, 2, 0, 0, 1, false};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_STRIDED_SLICE(), tensors, &params));
  const int8_t expected[] = {8, 6};
  ExpectAll(output, expected);
}

TF_LITE_MICRO_TEST(SplitHasTwoOutputs) {
  int axis_dims[] = {1, 1}, dims[] = {2, 2, 2}, half_dims[] = {2, 2, 1};
  const int32_t axis[] = {1};
  const int8_t input[] = {1, 2, 3, 4};
  int8_t first[2], second[2];
  TfLiteTensor tensors[] = {CreateTensor(axis, IntArrayFromInts(axis_dims)),
                            CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(first, IntArrayFromInts(half_dims)),
                            CreateTensor(second, IntArrayFromInts(half_dims))};
  int inputs[] = {2, 0, 1}, outputs[] = {2, 2, 3};
  const TFLMRegistration registration = tflite::Register_SPLIT();
  tflite::micro::KernelRunner runner(registration, tensors, 4, IntArrayFromInts(inputs),
                                     IntArrayFromInts(outputs), nullptr);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteError, runner.Invoke());
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.InitAndPrepare());
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Invoke());
  const int8_t odd[] = {1, 3}, even[] = {2, 4};
  ExpectAll(first, odd);
  ExpectAll(second, even);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Free());
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteError, runner.Invoke());
}

TF_LITE_MICRO_TEST(QuantizeAndDequantize) {
  int dims[] = {1, 4};
  const float input[] = {-1, 0, 0.5f, 100};
  int8_t quantized[4];
  float output[4];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateQuantizedTensor(quantized, IntArrayFromInts(dims), 0.5f, 3)};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_QUANTIZE(), tensors, nullptr));
  const int8_t steps[] = {1, 3, 4, 127};
  ExpectAll(quantized, steps);
  TfLiteTensor back[] = {tensors[1], CreateTensor(output, IntArrayFromInts(dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_DEQUANTIZE(), back, nullptr));
  const float expected[] = {-1, 0, 0.5f, 62};
  ExpectNear(output, expected, 0.0f);
}

TF_LITE_MICRO_TEST(LogisticFloatAndInt8AreRunAgainWithOtherInputs) {
  int dims[] = {1, 2};
  float input[] = {0, 2}, output[2];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(dims))};
  int inputs[] = {1, 0}, outputs[] = {1, 1};
  tflite::micro::KernelRunner runner(tflite::Register_LOGISTIC(), tensors, 2,
                                     IntArrayFromInts(inputs), IntArrayFromInts(outputs), nullptr);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.InitAndPrepare());
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Invoke());
  const float first[] = {0.5f, 0.88079708f};
  ExpectNear(output, first, 1e-6f);
  input[0] = -2;
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Invoke());
  const float then[] = {0.11920292f, 0.88079708f};
  ExpectNear(output, then, 1e-6f);
  int8_t quantized[2], scores[2];
  TfLiteTensor of_int8[] = {
      CreateQuantizedTensor(input, quantized, IntArrayFromInts(dims), 0.05f, 0),
      CreateQuantizedTensor(scores, IntArrayFromInts(dims), 1.0f / 256, -128)};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_LOGISTIC(), of_int8, nullptr));
  ExpectDequantized(scores, then, 1.0f / 256, -128);
}

TF_LITE_MICRO_TEST(ResizeBilinearFloat) {
  int dims[] = {4, 1, 1, 2, 1}, size_dims[] = {1, 2}, output_dims[] = {4, 1, 1, 4, 1};
  const float input[] = {2, 6};
  const int32_t size[] = {1, 4};
  float output[4];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(size, IntArrayFromInts(size_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  const TfLiteResizeBilinearParams params = {false, true};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_RESIZE_BILINEAR(), tensors, &params));
  const float expected[] = {2, 3, 5, 6};
  ExpectNear(output, expected, 1e-6f);
}

// One feature, one unit, one rank: what goes in is multiplied by the weights over time.
TF_LITE_MICRO_TEST(SvdfKeepsItsStateUntilReset) {
  int input_dims[] = {2, 1, 1}, feature_dims[] = {2, 1, 1}, time_dims[] = {2, 1, 2};
  int bias_dims[] = {1, 1}, state_dims[] = {2, 1, 2}, output_dims[] = {2, 1, 1};
  int8_t input[] = {10}, output[1];
  const int8_t feature[] = {1};
  const int16_t time[] = {1, 2};
  const int32_t bias[] = {0};
  int16_t state[] = {0, 0};
  TfLiteTensor tensors[] = {
      CreateQuantizedTensor(input, IntArrayFromInts(input_dims), 1.0f),
      CreateQuantizedTensor(feature, IntArrayFromInts(feature_dims), 1.0f),
      CreateQuantizedTensor(time, IntArrayFromInts(time_dims), 1.0f),
      CreateQuantizedTensor(bias, IntArrayFromInts(bias_dims), 1.0f),
      CreateQuantizedTensor(state, IntArrayFromInts(state_dims), 1.0f, 0, true),
      CreateQuantizedTensor(output, IntArrayFromInts(output_dims), 1.0f),
  };
  int inputs[] = {5, 0, 1, 2, 3, 4}, outputs[] = {1, 5};
  const TfLiteSVDFParams params = {1, kTfLiteActRelu, false};
  const TFLMRegistration registration = tflite::Register_SVDF();
  tflite::micro::KernelRunner runner(registration, tensors, 6, IntArrayFromInts(inputs),
                                     IntArrayFromInts(outputs), &params);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.InitAndPrepare());
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Invoke());
  TF_LITE_MICRO_EXPECT_EQ(20, output[0]);
  input[0] = 3;
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Invoke());
  TF_LITE_MICRO_EXPECT_EQ(10 + 6, output[0]);
  const int16_t kept[] = {10, 3};
  ExpectAll(state, kept);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Reset());
  TF_LITE_MICRO_EXPECT_EQ(0, state[1]);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Invoke());
  TF_LITE_MICRO_EXPECT_EQ(6, output[0]);
}

TF_LITE_MICRO_TEST(HelpersQuantizeAsStated) {
  const float values[] = {-200, -0.5f, 0.4f, 200};
  int8_t steps[4];
  tflite::Quantize(values, steps, 4, 1.0f, 10);
  const int8_t expected[] = {-128, 9, 10, 127};
  ExpectAll(steps, expected);
  tflite::SymmetricQuantize(values, steps, 4, 1.0f);
  const int8_t symmetric[] = {-127, -1, 0, 127};
  ExpectAll(steps, symmetric);
  TF_LITE_MICRO_EXPECT_NEAR(10.0f / 255, (tflite::testing::ScaleFromMinMax<int8_t>(-2, 8)), 1e-7f);
  TF_LITE_MICRO_EXPECT_EQ(-77, (tflite::testing::ZeroPointFromMinMax<int8_t>(-2, 8)));
  TF_LITE_MICRO_EXPECT_EQ(INT64_MAX, (tflite::FloatToQuantizedType<int64_t>(1e30f, 1.0f, 0)));
}

TF_LITE_MICRO_TESTS_END
