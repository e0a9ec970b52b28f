// What upstream's tests of kernels do besides: dims that prepare is to find, tensors that nobody
// reads, two quantizations of one tensor, numbers of any type.

#include "kernel_testing.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/testing/micro_test.h"

namespace {

using kernel_testing::ExpectAll;
using kernel_testing::Run;
using kernel_testing::TestBinary;
using tflite::testing::CreateQuantizedTensor;
using tflite::testing::CreateTensor;
using tflite::testing::FloatArrayFromFloats;
using tflite::testing::IntArrayFromInts;

template <int kLength>
void ExpectDims(const TfLiteTensor& tensor, const int (&expected)[kLength]) {
  TF_LITE_MICRO_EXPECT(TfLiteIntArrayEqualsArray(tensor.dims, expected[0], expected + 1));
}

}  // namespace

TF_LITE_MICRO_TESTS_BEGIN

// The tensor's own scale and zero point are those that count where it has one of each.
TF_LITE_MICRO_TEST(ConvWithASecondZeroPoint) {
  int dims[] = {4, 1, 1, 2, 1}, filter_dims[] = {4, 1, 1, 1, 1}, bias_dims[] = {1, 1};
  const int8_t input[] = {10, -20}, filter[] = {2};
  const int32_t bias[] = {1};
  int8_t output[2];
  float scales[] = {1, 1.0f}, filter_scales[] = {1, 1.0f}, bias_scales[] = {1, 1.0f};
  int zero_points[] = {1, 128}, no_zero_points[] = {1, 0};
  TfLiteAffineQuantization of_input = {FloatArrayFromFloats(scales), IntArrayFromInts(zero_points),
                                       0};
  TfLiteAffineQuantization of_filter = {FloatArrayFromFloats(filter_scales),
                                        IntArrayFromInts(no_zero_points), 0};
  TfLiteAffineQuantization of_bias = {FloatArrayFromFloats(bias_scales),
                                      IntArrayFromInts(no_zero_points), 0};
  TfLiteTensor tensors[] = {CreateQuantizedTensor(input, IntArrayFromInts(dims), 1.0f, 3),
                            CreateTensor(filter, IntArrayFromInts(filter_dims)),
                            CreateTensor(bias, IntArrayFromInts(bias_dims)),
                            CreateQuantizedTensor(output, IntArrayFromInts(dims), 1.0f, -1)};
  tensors[0].quantization = {kTfLiteAffineQuantization, &of_input};
  tensors[1].quantization = {kTfLiteAffineQuantization, &of_filter};
  tensors[2].quantization = {kTfLiteAffineQuantization, &of_bias};
  tensors[3].quantization = {kTfLiteAffineQuantization, &of_input};
  const TfLiteConvParams params = {kTfLitePaddingValid, 1, 1, kTfLiteActNone, 1, 1, kTfLiteNoType};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_CONV_2D(), tensors, &params));
  const int8_t expected[] = {2 * (10 - 3) + 1 - 1, 2 * (-20 - 3) + 1 - 1};
  ExpectAll(output, expected);
}

TF_LITE_MICRO_TEST(ReshapeFindsOneExtent) {
  int dims[] = {2, 2, 4}, shape_dims[] = {1, 3}, output_dims[] = {3, 2, 1, -1};
  const float input[] = {1, 2, 3, 4, 5, 6, 7, 8};
  const int32_t shape[] = {2, 1, -1};
  float output[8];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(shape, IntArrayFromInts(shape_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_RESHAPE(), tensors, nullptr));
  ExpectAll(output, input);
  ExpectDims(tensors[2], {3, 2, 1, 4});
  int two[] = {4, -1, -1, 2, 4};
  tensors[2].dims = IntArrayFromInts(two);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteError, Run(tflite::Register_RESHAPE(), tensors, nullptr));
  int odd[] = {2, 3, -1};
  tensors[2].dims = IntArrayFromInts(odd);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteError, Run(tflite::Register_RESHAPE(), tensors, nullptr));
}

// A shape of [0] is a scalar's, in models of long ago.
TF_LITE_MICRO_TEST(ReshapeToAScalar) {
  int dims[] = {1, 1}, output_dims[] = {1, 0};
  const float input[] = {3};
  float output[1];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_RESHAPE(), tensors, nullptr));
  ExpectAll(output, input);
  ExpectDims(tensors[1], {0});
}

TF_LITE_MICRO_TEST(GatherFindsItsDims) {
  int dims[] = {2, 3, 2}, positions_dims[] = {1, 2}, output_dims[] = {2, 0, 0};
  const float input[] = {1, 2, 3, 4, 5, 6}, rows[] = {5, 6, 1, 2}, columns[] = {2, 4, 6};
  const int32_t positions[] = {2, 0}, last[] = {1};
  float output[4];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(positions, IntArrayFromInts(positions_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  const TfLiteGatherParams params = {0, 0}, of_columns = {-1, 0};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_GATHER(), tensors, &params));
  ExpectAll(output, rows);
  ExpectDims(tensors[2], {2, 2, 2});
  int scalar[] = {0}, column_dims[] = {1, 0};
  tensors[1] = CreateTensor(last, IntArrayFromInts(scalar));
  tensors[2].dims = IntArrayFromInts(column_dims);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_GATHER(), tensors, &of_columns));
  ExpectAll(output, columns);
  ExpectDims(tensors[2], {1, 3});
}

TF_LITE_MICRO_TEST(GatherNdFindsItsDims) {
  int dims[] = {2, 3, 2}, indices_dims[] = {2, 2, 1}, output_dims[] = {2, 0, 0};
  const int8_t input[] = {1, 2, 3, 4, 5, 6}, rows[] = {5, 6, 1, 2};
  const int32_t indices[] = {2, 0};
  int8_t output[4];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(indices, IntArrayFromInts(indices_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_GATHER_ND(), tensors, nullptr));
  ExpectAll(output, rows);
  ExpectDims(tensors[2], {2, 2, 2});
}

TF_LITE_MICRO_TEST(TransposeConvWithoutAShape) {
  int no_dims[] = {1, 0}, filter_dims[] = {4, 1, 1, 2, 1}, input_dims[] = {4, 1, 1, 2, 1};
  int output_dims[] = {4, 1, 1, 4, 1};
  const int32_t* const no_shape = nullptr;
  const float filter[] = {1, 3}, input[] = {1, -2}, expected[] = {1, 3, -2, -6};
  float output[4];
  TfLiteTensor tensors[] = {CreateTensor(no_shape, IntArrayFromInts(no_dims)),
                            CreateTensor(filter, IntArrayFromInts(filter_dims)),
                            CreateTensor(input, IntArrayFromInts(input_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  const TfLiteTransposeConvParams params = {kTfLitePaddingValid, 2, 1, kTfLiteActNone,
                                            kTfLiteNoType};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_TRANSPOSE_CONV(), tensors, &params));
  ExpectAll(output, expected);
}

TF_LITE_MICRO_TEST(MoversOfOtherTypes) {
  int axis_dims[] = {1, 1}, dims[] = {1, 4}, half_dims[] = {1, 2};
  const int32_t axis[] = {0}, input[] = {1, 2, 3, 4}, end[] = {3, 4};
  int32_t first[2], second[2];
  TfLiteTensor tensors[] = {CreateTensor(axis, IntArrayFromInts(axis_dims)),
                            CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(first, IntArrayFromInts(half_dims)),
                            CreateTensor(second, IntArrayFromInts(half_dims))};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_SPLIT(), tensors, nullptr, 2));
  ExpectAll(second, end);
  const bool truths[] = {true, false}, twice[] = {true, false, true, false};
  bool joined[4];
  TfLiteTensor of_bools[] = {CreateTensor(truths, IntArrayFromInts(half_dims)),
                             CreateTensor(truths, IntArrayFromInts(half_dims)),
                             CreateTensor(joined, IntArrayFromInts(dims))};
  const TfLiteConcatenationParams params = {0, kTfLiteActNone};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_CONCATENATION(), of_bools, &params));
  ExpectAll(joined, twice);
  int packed_dims[] = {2, 2, 2};
  const int64_t wide[] = {1, INT64_C(1) << 40}, both[] = {1, INT64_C(1) << 40, 1, INT64_C(1) << 40};
  int64_t packed[4];
  TfLiteTensor of_wide[] = {CreateTensor(wide, IntArrayFromInts(half_dims)),
                            CreateTensor(wide, IntArrayFromInts(half_dims)),
                            CreateTensor(packed, IntArrayFromInts(packed_dims))};
  const TfLitePackParams pack_params = {2, 0};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_PACK(), of_wide, &pack_params));
  ExpectAll(packed, both);
}

// int8 without a scale, where values are mixed but not rescaled.
TF_LITE_MICRO_TEST(ResizeBilinearInt8WithoutAScale) {
  int dims[] = {4, 1, 1, 2, 1}, size_dims[] = {1, 2}, output_dims[] = {4, 1, 1, 4, 1};
  const int8_t input[] = {2, 6}, expected[] = {2, 4, 6, 6};
  const int32_t size[] = {1, 4};
  const TfLiteResizeBilinearParams params = {false, false};
  TestBinary(tflite::Register_RESIZE_BILINEAR(), dims, input, size_dims, size, output_dims,
             expected, &params);
}

TF_LITE_MICRO_TEST(BatchMatMulOfABroadcastBatch) {
  int left_dims[] = {3, 2, 1, 2}, right_dims[] = {2, 2, 1}, output_dims[] = {3, 2, 1, 1};
  const float left[] = {1, 2, 3, 4}, right[] = {1, -1}, expected[] = {-1, -1};
  float output[2];
  TfLiteTensor tensors[] = {CreateTensor(left, IntArrayFromInts(left_dims)),
                            CreateTensor(right, IntArrayFromInts(right_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  const TfLiteBatchMatMulParams params = {false, false, false};
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, Run(tflite::Register_BATCH_MATMUL(), tensors, &params));
  ExpectAll(output, expected);
}

TF_LITE_MICRO_TESTS_END
