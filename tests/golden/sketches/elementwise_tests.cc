// Tests of ops that go element by element, as upstream writes them: one function an op's kind and
// type, a test each for its values.

#include "kernel_testing.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/micro_utils.h"
#include "tensorflow/lite/micro/testing/micro_test.h"

namespace {

using kernel_testing::ExpectAll;
using kernel_testing::ExpectDequantized;
using kernel_testing::ExpectNear;
using kernel_testing::Run;
using kernel_testing::TestBinary;
using tflite::testing::CreateQuantizedTensor;
using tflite::testing::CreateTensor;
using tflite::testing::IntArrayFromInts;

template <int kLength>
void TestUnary(const TFLMRegistration& registration, const float (&input)[kLength],
               const float (&expected)[kLength], float tolerance = 0,
               const void* params = nullptr) {
  int dims[] = {2, 1, kLength};
  float output[kLength];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(registration, tensors, params));
  ExpectNear(output, expected, tolerance);
}

struct Quantization {
  float scale;
  int zero_point;
};

template <int kLength>
void TestUnaryInt8(const TFLMRegistration& registration, const float (&input)[kLength],
                   Quantization in, const float (&expected)[kLength], Quantization out,
                   const void* params = nullptr) {
  int dims[] = {2, 1, kLength};
  int8_t quantized[kLength], output[kLength];
  TfLiteTensor tensors[] = {
      CreateQuantizedTensor(input, quantized, IntArrayFromInts(dims), in.scale, in.zero_point),
      CreateQuantizedTensor(output, IntArrayFromInts(dims), out.scale, out.zero_point)};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(registration, tensors, params));
  ExpectDequantized(output, expected, out.scale, out.zero_point);
}

template <int kLength>
void TestUnaryInt16(const TFLMRegistration& registration, const float (&input)[kLength],
                    float in_scale, const float (&expected)[kLength], float out_scale,
                    const void* params = nullptr) {
  int dims[] = {2, 1, kLength};
  int16_t quantized[kLength], output[kLength];
  TfLiteTensor tensors[] = {
      CreateQuantizedTensor(input, quantized, IntArrayFromInts(dims), in_scale),
      CreateQuantizedTensor(output, IntArrayFromInts(dims), out_scale)};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(registration, tensors, params));
  ExpectDequantized(output, expected, out_scale, 0);
}

template <int kFirst, int kSecond, int kLength>
void TestBinaryInt8(const TFLMRegistration& registration, int* dims0, const float (&input0)[kFirst],
                    Quantization in0, int* dims1, const float (&input1)[kSecond], Quantization in1,
                    int* output_dims, const float (&expected)[kLength], Quantization out,
                    const void* params = nullptr) {
  int8_t first[kFirst], second[kSecond], output[kLength];
  TfLiteTensor tensors[] = {
      CreateQuantizedTensor(input0, first, IntArrayFromInts(dims0), in0.scale, in0.zero_point),
      CreateQuantizedTensor(input1, second, IntArrayFromInts(dims1), in1.scale, in1.zero_point),
      CreateQuantizedTensor(output, IntArrayFromInts(output_dims), out.scale, out.zero_point)};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(registration, tensors, params));
  ExpectDequantized(output, expected, out.scale, out.zero_point);
}

template <int kFirst, int kSecond, int kLength>
void TestComparisonInt8(const TFLMRegistration& registration, int* dims0,
                        const float (&input0)[kFirst], Quantization in0, int* dims1,
                        const float (&input1)[kSecond], Quantization in1, int* output_dims,
                        const bool (&expected)[kLength]) {
  int8_t first[kFirst], second[kSecond];
  bool output[kLength];
  TfLiteTensor tensors[] = {
      CreateQuantizedTensor(input0, first, IntArrayFromInts(dims0), in0.scale, in0.zero_point),
      CreateQuantizedTensor(input1, second, IntArrayFromInts(dims1), in1.scale, in1.zero_point),
      CreateTensor(output, IntArrayFromInts(output_dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(registration, tensors, nullptr));
  ExpectAll(output, expected);
}

int g_four[] = {4, 1, 1, 2, 2};
int g_pair[] = {1, 2};
int g_one[] = {1, 1};
int g_scalar[] = {0};

}  // namespace

TF_LITE_MICRO_TESTS_BEGIN

TF_LITE_MICRO_TEST(Abs) {
  const float input[] = {-1.5f, 0, 2.25f, -100};
  const float expected[] = {1.5f, 0, 2.25f, 100};
  TestUnary(tflite::Register_ABS(), input, expected);
  TestUnaryInt8(tflite::Register_ABS(), input, {0.8f, 0}, expected, {0.8f, 0});
  TestUnaryInt16(tflite::Register_ABS(), input, 0.01f, expected, 0.02f);
}

TF_LITE_MICRO_TEST(RoundingOfReals) {
  const float input[] = {-1.5f, -0.4f, 0.5f, 2.5f, 3.7f};
  const float above[] = {-1, 0, 1, 3, 4}, below[] = {-2, -1, 0, 2, 3}, nearest[] = {-2, 0, 0, 2, 4};
  TestUnary(tflite::Register_CEIL(), input, above);
  TestUnary(tflite::Register_FLOOR(), input, below);
  TestUnary(tflite::Register_ROUND(), input, nearest);
}

TF_LITE_MICRO_TEST(CurvesOfReals) {
  const float input[] = {0.25f, 1, 4};
  const float negated[] = {-0.25f, -1, -4}, squares[] = {0.0625f, 1, 16}, roots[] = {0.5f, 1, 2};
  const float inverse_roots[] = {2, 1, 0.5f};
  TestUnary(tflite::Register_NEG(), input, negated);
  TestUnary(tflite::Register_SQUARE(), input, squares);
  TestUnary(tflite::Register_SQRT(), input, roots);
  TestUnary(tflite::Register_RSQRT(), input, inverse_roots);
  const float exponentials[] = {1.2840254f, 2.7182818f, 54.59815f};
  const float logarithms[] = {-1.3862944f, 0, 1.3862944f};
  const float sines[] = {0.24740396f, 0.84147098f, -0.7568025f};
  const float cosines[] = {0.96891242f, 0.54030231f, -0.65364362f};
  TestUnary(tflite::Register_EXP(), input, exponentials, 1e-5f);
  TestUnary(tflite::Register_LOG(), input, logarithms, 1e-6f);
  TestUnary(tflite::Register_SIN(), input, sines, 1e-6f);
  TestUnary(tflite::Register_COS(), input, cosines, 1e-6f);
  TestUnaryInt8(tflite::Register_RSQRT(), input, {0.05f, -120}, inverse_roots, {0.01f, -128});
}

TF_LITE_MICRO_TEST(Activations) {
  const float input[] = {-3, -1, 0, 2, 5, 7};
  const float relu[] = {0, 0, 0, 2, 5, 7}, relu6[] = {0, 0, 0, 2, 5, 6};
  TestUnary(tflite::Register_RELU(), input, relu);
  TestUnary(tflite::Register_RELU6(), input, relu6);
  TestUnaryInt8(tflite::Register_RELU(), input, {0.1f, -30}, relu, {0.06f, -128});
  TestUnaryInt8(tflite::Register_RELU6(), input, {0.1f, -30}, relu6, {0.1f, -30});
  const float leaky[] = {-1.5f, -0.5f, 0, 2, 5, 7};
  const TfLiteLeakyReluParams params = {0.5f};
  TestUnary(tflite::Register_LEAKY_RELU(), input, leaky, 0, &params);
  TestUnaryInt8(tflite::Register_LEAKY_RELU(), input, {0.1f, 10}, leaky, {0.08f, -10}, &params);
  TestUnaryInt16(tflite::Register_LEAKY_RELU(), input, 0.001f, leaky, 0.001f, &params);
  const float swish[] = {0, -1.0f / 3, 0, 5.0f / 3, 5, 7};
  TestUnary(tflite::Register_HARD_SWISH(), input, swish, 1e-6f);
  TestUnaryInt8(tflite::Register_HARD_SWISH(), input, {0.08f, 0}, swish, {0.08f, 0});
  const float elu[] = {-0.95021296f, -0.63212055f, 0, 2, 5, 7};
  TestUnary(tflite::Register_ELU(), input, elu, 1e-6f);
  TestUnaryInt8(tflite::Register_ELU(), input, {0.08f, 0}, elu, {0.08f, 0});
  const float tanh[] = {-0.99505475f, -0.76159416f, 0, 0.96402758f, 0.9999092f, 0.99999834f};
  TestUnary(tflite::Register_TANH(), input, tanh, 1e-6f);
  TestUnaryInt8(tflite::Register_TANH(), input, {0.1f, 0}, tanh, {1.0f / 128, 0});
  TestUnaryInt16(tflite::Register_TANH(), input, 8.0f / 32768, tanh, 1.0f / 32768);
}

TF_LITE_MICRO_TEST(LogSoftmax) {
  const float input[] = {1, 2, 3};
  const float expected[] = {-2.407606f, -1.407606f, -0.40760596f};
  TestUnary(tflite::Register_LOG_SOFTMAX(), input, expected, 1e-6f);
  TestUnaryInt8(tflite::Register_LOG_SOFTMAX(), input, {0.05f, 0}, expected, {16.0f / 256, 127});
}

TF_LITE_MICRO_TEST(L2Normalization) {
  const float input[] = {3, -4};
  const float expected[] = {0.6f, -0.8f};
  const TfLiteL2NormParams params = {kTfLiteActNone};
  TestUnary(tflite::Register_L2_NORMALIZATION(), input, expected, 1e-6f, &params);
  TestUnaryInt8(tflite::Register_L2_NORMALIZATION(), input, {0.1f, 0}, expected, {1.0f / 128, 0},
                &params);
}

TF_LITE_MICRO_TEST(PreluWithASlopeAChannel) {
  int dims[] = {4, 1, 2, 1, 2}, alpha_dims[] = {3, 1, 1, 2};
  const float input[] = {1, -1, -2, 4}, alpha[] = {0.5f, -1}, expected[] = {1, 1, -1, 4};
  TestBinary(tflite::Register_PRELU(), dims, input, alpha_dims, alpha, dims, expected);
  TestBinaryInt8(tflite::Register_PRELU(), dims, input, {0.05f, 3}, alpha_dims, alpha, {0.01f, 0},
                 dims, expected, {0.05f, -3});
}

TF_LITE_MICRO_TEST(SubFloatInt8AndInt32) {
  const float a[] = {1, -2, 3, 4}, b[] = {0.5f, 1}, expected[] = {0.5f, -3, 2.5f, 3};
  const TfLiteSubParams params = {kTfLiteActNone, false};
  TestBinary(tflite::Register_SUB(), g_four, a, g_pair, b, g_four, expected, &params);
  TestBinaryInt8(tflite::Register_SUB(), g_four, a, {0.05f, 1}, g_pair, b, {0.01f, -1}, g_four,
                 expected, {0.05f, 2}, &params);
  const int32_t whole_a[] = {1, -2, 3, 4}, whole_b[] = {5}, whole[] = {-4, -7, -2, -1};
  TestBinary(tflite::Register_SUB(), g_four, whole_a, g_scalar, whole_b, g_four, whole, &params);
}

TF_LITE_MICRO_TEST(DivFloatInt8AndInt32) {
  const float a[] = {1, -2, 3, 4}, b[] = {0.5f, 2}, expected[] = {2, -1, 6, 2};
  const TfLiteDivParams params = {kTfLiteActNone};
  TestBinary(tflite::Register_DIV(), g_four, a, g_pair, b, g_four, expected, &params);
  TestBinaryInt8(tflite::Register_DIV(), g_four, a, {0.05f, 1}, g_pair, b, {0.02f, -1}, g_four,
                 expected, {0.08f, 2}, &params);
  const int32_t whole_a[] = {7, -7, 8, 9}, whole_b[] = {2, 3}, whole[] = {3, -2, 4, 3};
  TestBinary(tflite::Register_DIV(), g_four, whole_a, g_pair, whole_b, g_four, whole, &params);
}

TF_LITE_MICRO_TEST(FloorDivAndFloorMod) {
  const float a[] = {7, -7, 7.5f, -0.5f}, b[] = {2, 2, -2, 2};
  const float quotients[] = {3, -4, -4, -1}, rests[] = {1, 1, -0.5f, 1.5f};
  TestBinary(tflite::Register_FLOOR_DIV(), g_four, a, g_four, b, g_four, quotients);
  TestBinary(tflite::Register_FLOOR_MOD(), g_four, a, g_four, b, g_four, rests);
}

TF_LITE_MICRO_TEST(MaximumAndMinimum) {
  const float a[] = {1, -2, 3, 4}, b[] = {2}, most[] = {2, 2, 3, 4}, least[] = {1, -2, 2, 2};
  TestBinary(tflite::Register_MAXIMUM(), g_four, a, g_one, b, g_four, most);
  TestBinary(tflite::Register_MINIMUM(), g_four, a, g_scalar, b, g_four, least);
  const Quantization same = {0.05f, 1};
  TestBinaryInt8(tflite::Register_MAXIMUM(), g_four, a, same, g_one, b, same, g_four, most, same);
  TestBinaryInt8(tflite::Register_MINIMUM(), g_four, a, same, g_one, b, same, g_four, least, same);
  const int32_t whole_a[] = {1, -2, 3, 4}, whole_b[] = {2, 0}, whole[] = {2, 0, 3, 4};
  TestBinary(tflite::Register_MAXIMUM(), g_four, whole_a, g_pair, whole_b, g_four, whole);
}

TF_LITE_MICRO_TEST(SquaredDifference) {
  const float a[] = {1, -2, 3, 4}, b[] = {2, 1}, expected[] = {1, 9, 1, 9};
  TestBinary(tflite::Register_SQUARED_DIFFERENCE(), g_four, a, g_pair, b, g_four, expected);
  TestBinaryInt8(tflite::Register_SQUARED_DIFFERENCE(), g_four, a, {0.05f, 1}, g_pair, b,
                 {0.05f, 1}, g_four, expected, {0.1f, -100});
}

TF_LITE_MICRO_TEST(AddNOfThree) {
  const float a[] = {1, -2, 3, 4}, expected[] = {3, -6, 9, 12};
  float output[4];
  TfLiteTensor tensors[4];
  for (TfLiteTensor& tensor : tensors) {
    tensor = CreateTensor(a, IntArrayFromInts(g_four));
  }
  tensors[3] = CreateTensor(output, IntArrayFromInts(g_four));
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_ADD_N(), tensors, nullptr));
  ExpectAll(output, expected);
  int8_t quantized[3][4], sums[4];
  for (int i = 0; i < 3; ++i) {
    tensors[i] = CreateQuantizedTensor(a, quantized[i], IntArrayFromInts(g_four), 0.1f);
  }
  tensors[3] = CreateQuantizedTensor(sums, IntArrayFromInts(g_four), 0.1f);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_ADD_N(), tensors, nullptr));
  ExpectDequantized(sums, expected, 0.1f, 0);
}

TF_LITE_MICRO_TEST(ComparisonsOfReals) {
  const float a[] = {1, 2, 3, 4}, b[] = {2, 2, 2, 4};
  const bool equal[] = {false, true, false, true}, not_equal[] = {true, false, true, false};
  const bool greater[] = {false, false, true, false}, greater_equal[] = {false, true, true, true};
  const bool less[] = {true, false, false, false}, less_equal[] = {true, true, false, true};
  TestBinary(tflite::Register_EQUAL(), g_four, a, g_four, b, g_four, equal);
  TestBinary(tflite::Register_NOT_EQUAL(), g_four, a, g_four, b, g_four, not_equal);
  TestBinary(tflite::Register_GREATER(), g_four, a, g_four, b, g_four, greater);
  TestBinary(tflite::Register_GREATER_EQUAL(), g_four, a, g_four, b, g_four, greater_equal);
  TestBinary(tflite::Register_LESS(), g_four, a, g_four, b, g_four, less);
  TestBinary(tflite::Register_LESS_EQUAL(), g_four, a, g_four, b, g_four, less_equal);
}

TF_LITE_MICRO_TEST(ComparisonsOfOtherTypes) {
  const int32_t a[] = {-1, 9, 7, 3}, b[] = {7};
  const bool equal[] = {false, false, true, false};
  TestBinary(tflite::Register_EQUAL(), g_four, a, g_one, b, g_four, equal);
  const int64_t wide_a[] = {INT64_C(1) << 40, 0, -1, 3}, wide_b[] = {INT64_C(1) << 39};
  const bool greater[] = {true, false, false, false};
  TestBinary(tflite::Register_GREATER(), g_four, wide_a, g_one, wide_b, g_four, greater);
  const bool truths[] = {true, false, true, false}, is_true[] = {true};
  const bool differs[] = {false, true, false, true};
  TestBinary(tflite::Register_NOT_EQUAL(), g_four, truths, g_one, is_true, g_four, differs);
  const float x[] = {1, -2, 3, 4}, y[] = {3};
  const bool at_least[] = {false, false, true, true};
  TestComparisonInt8(tflite::Register_GREATER_EQUAL(), g_four, x, {0.5f, 0}, g_one, y, {0.25f, -5},
                     g_four, at_least);
}

TF_LITE_MICRO_TEST(Logic) {
  const bool a[] = {true, false, false, true}, b[] = {true, false, true, false};
  const bool both[] = {true, false, false, false}, either[] = {true, false, true, true};
  TestBinary(tflite::Register_LOGICAL_AND(), g_four, a, g_four, b, g_four, both);
  TestBinary(tflite::Register_LOGICAL_OR(), g_four, a, g_four, b, g_four, either);
  bool output[4];
  TfLiteTensor tensors[] = {CreateTensor(a, IntArrayFromInts(g_four)),
                            CreateTensor(output, IntArrayFromInts(g_four))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_LOGICAL_NOT(), tensors, nullptr));
  const bool neither[] = {false, true, true, false};
  ExpectAll(output, neither);
}

TF_LITE_MICRO_TEST(SelectV2ChoosesByABroadcastCondition) {
  int condition_dims[] = {2, 2, 1}, dims[] = {2, 2, 2};
  const bool condition[] = {true, false};
  const float a[] = {1, 2, 3, 4}, b[] = {5, 6, 7, 8}, expected[] = {1, 2, 7, 8};
  float output[4];
  TfLiteTensor tensors[] = {CreateTensor(condition, IntArrayFromInts(condition_dims)),
                            CreateTensor(a, IntArrayFromInts(dims)),
                            CreateTensor(b, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_SELECT_V2(), tensors, nullptr));
  ExpectAll(output, expected);
  const int8_t whole_a[] = {1, 2, 3, 4}, whole_b[] = {5, 6, 7, 8}, whole[] = {1, 2, 7, 8};
  int8_t chosen[4];
  TfLiteTensor of_int8[] = {tensors[0], CreateTensor(whole_a, IntArrayFromInts(dims)),
                            CreateTensor(whole_b, IntArrayFromInts(dims)),
                            CreateTensor(chosen, IntArrayFromInts(dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_SELECT_V2(), of_int8, nullptr));
  ExpectAll(chosen, whole);
}

TF_LITE_MICRO_TEST(CastBetweenTypes) {
  const float input[] = {-1.75f, 0, 3.25f, 100};
  const int32_t expected[] = {-1, 0, 3, 100};
  int32_t output[4];
  int8_t narrow[4];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(g_four)),
                            CreateTensor(output, IntArrayFromInts(g_four))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_CAST(), tensors, nullptr));
  ExpectAll(output, expected);
  TfLiteTensor to_int8[] = {tensors[1], CreateTensor(narrow, IntArrayFromInts(g_four))};
  const TfLiteCastParams params = {kTfLiteInt32, kTfLiteInt8};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_CAST(), to_int8, &params));
  const int8_t narrowed[] = {-1, 0, 3, 100};
  ExpectAll(narrow, narrowed);
}

TF_LITE_MICRO_TEST(ZerosLike) {
  const int64_t input[] = {1, 2, 3, 4}, expected[] = {0, 0, 0, 0};
  int64_t output[4];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(g_four)),
                            CreateTensor(output, IntArrayFromInts(g_four))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_ZEROS_LIKE(), tensors, nullptr));
  ExpectAll(output, expected);
}

TF_LITE_MICRO_TEST(QuantizeOfOtherTypes) {
  const int16_t input[] = {-3000, 0, 100, 32767};
  int8_t output[4];
  TfLiteTensor tensors[] = {CreateQuantizedTensor(input, IntArrayFromInts(g_four), 0.01f),
                            CreateQuantizedTensor(output, IntArrayFromInts(g_four), 0.5f, -1)};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_QUANTIZE(), tensors, nullptr));
  const int8_t expected[] = {-61, -1, 1, 127};
  ExpectAll(output, expected);
  const uint8_t bytes[] = {28, 128, 178, 228};
  const float real[] = {-1, 0, 0.5f, 1};
  float back[4];
  TfLiteTensor from_bytes[] = {CreateQuantizedTensor(bytes, IntArrayFromInts(g_four), 0.01f, 128),
                               CreateTensor(back, IntArrayFromInts(g_four))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_DEQUANTIZE(), from_bytes, nullptr));
  ExpectNear(back, real, 1e-6f);
}

TF_LITE_MICRO_TESTS_END
