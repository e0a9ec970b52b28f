// Tests of ops that move tensors about, in upstream's newer manner.

#include "kernel_testing.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/testing/micro_test_v2.h"

namespace tflite {
namespace testing {
namespace {

using kernel_testing::ExpectAll;
using kernel_testing::Run;
using kernel_testing::TestBinary;

// Of one input, and any type.
template <typename T, int kInputs, int kLength>
void TestMover(const TFLMRegistration& registration, int* input_dims, const T (&input)[kInputs],
               int* output_dims, const T (&expected)[kLength], const void* params = nullptr) {
  T output[kLength];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(input_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  EXPECT_EQ(kTfLiteOk, Run(registration, tensors, params));
  ExpectAll(output, expected);
}
// With two lists behind the input.
template <typename T, int kInputs, int kNumbers, int kMore, int kLength>
void TestMoverByTwo(const TFLMRegistration& registration, int* input_dims,
                    const T (&input)[kInputs], int* list_dims, const int32_t (&list)[kNumbers],
                    int* more_dims, const int32_t (&more)[kMore], int* output_dims,
                    const T (&expected)[kLength], const void* params = nullptr) {
  T output[kLength];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(input_dims)),
                            CreateTensor(list, IntArrayFromInts(list_dims)),
                            CreateTensor(more, IntArrayFromInts(more_dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  EXPECT_EQ(kTfLiteOk, Run(registration, tensors, params));
  ExpectAll(output, expected);
}

}  // namespace

TEST(Shapes, ExpandDimsAndSqueeze) {
  int dims[] = {2, 2, 2}, axis_dims[] = {1, 1}, expanded_dims[] = {3, 2, 1, 2};
  const int8_t input[] = {-1, 1, 2, -2};
  const float real[] = {-1.5f, 1, 2, -2};
  const int32_t axis[] = {1};
  TestBinary(Register_EXPAND_DIMS(), dims, input, axis_dims, axis, expanded_dims, input);
  TestBinary(Register_EXPAND_DIMS(), dims, real, axis_dims, axis, expanded_dims, real);
  const TfLiteSqueezeParams params = {{1}, 1};
  TestMover(Register_SQUEEZE(), expanded_dims, input, dims, input, &params);
  TestMover(Register_SQUEEZE(), expanded_dims, real, dims, real, &params);
}

TEST(Shapes, ShapeOfATensor) {
  int dims[] = {3, 1, 3, 5}, output_dims[] = {1, 3};
  const uint8_t input[15] = {};
  const int32_t expected[] = {1, 3, 5};
  int32_t output[3];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims), false, kTfLiteInt8),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  const TfLiteShapeParams params = {kTfLiteInt32};
  EXPECT_EQ(kTfLiteOk, Run(Register_SHAPE(), tensors, &params));
  ExpectAll(output, expected);
}

TEST(Shapes, BroadcastArgsAndBroadcastTo) {
  int three[] = {1, 3}, two[] = {1, 2};
  const int32_t a[] = {2, 1, 3}, b[] = {4, 1}, both[] = {2, 4, 3};
  TestBinary(Register_BROADCAST_ARGS(), three, a, two, b, three, both);
  int dims[] = {1, 2}, list_dims[] = {1, 2}, output_dims[] = {2, 2, 2};
  const float input[] = {1, 2}, expected[] = {1, 2, 1, 2};
  const int32_t shape[] = {2, 2};
  TestBinary(Register_BROADCAST_TO(), dims, input, list_dims, shape, output_dims, expected);
  const int8_t narrow[] = {1, 2}, narrow_expected[] = {1, 2, 1, 2};
  TestBinary(Register_BROADCAST_TO(), dims, narrow, list_dims, shape, output_dims, narrow_expected);
}

TEST(Shapes, FillWithAScalar) {
  int shape_dims[] = {1, 2}, scalar[] = {0}, output_dims[] = {2, 2, 2};
  const int32_t shape[] = {2, 2}, value[] = {7}, expected[] = {7, 7, 7, 7};
  TestBinary(Register_FILL(), shape_dims, shape, scalar, value, output_dims, expected);
  const int8_t small[] = {-3}, filled[] = {-3, -3, -3, -3};
  TestBinary(Register_FILL(), shape_dims, shape, scalar, small, output_dims, filled);
}

TEST(Gathering, GatherAndGatherNd) {
  int dims[] = {2, 3, 2}, positions_dims[] = {1, 2}, output_dims[] = {2, 2, 2};
  const int8_t input[] = {1, 2, 3, 4, 5, 6}, rows[] = {5, 6, 1, 2};
  const float real[] = {1, 2, 3, 4, 5, 6}, real_rows[] = {5, 6, 1, 2};
  const int32_t positions[] = {2, 0};
  const TfLiteGatherParams params = {0, 0};
  TestBinary(Register_GATHER(), dims, input, positions_dims, positions, output_dims, rows, &params);
  TestBinary(Register_GATHER(), dims, real, positions_dims, positions, output_dims, real_rows,
             &params);
  int indices_dims[] = {2, 2, 2}, two[] = {1, 2};
  const int32_t indices[] = {0, 1, 2, 0};
  const int8_t elements[] = {2, 5};
  const float real_elements[] = {2, 5};
  TestBinary(Register_GATHER_ND(), dims, input, indices_dims, indices, two, elements);
  TestBinary(Register_GATHER_ND(), dims, real, indices_dims, indices, two, real_elements);
}

TEST(Gathering, EmbeddingLookup) {
  int lookup_dims[] = {1, 2}, dims[] = {2, 3, 2}, output_dims[] = {2, 2, 2};
  const int32_t lookup[] = {2, 0};
  const float table[] = {1, 2, 3, 4, 5, 6}, expected[] = {5, 6, 1, 2};
  TestBinary(Register_EMBEDDING_LOOKUP(), lookup_dims, lookup, dims, table, output_dims, expected);
}

TEST(Slices, SliceAndStridedSlice) {
  int dims[] = {2, 3, 2}, two[] = {1, 2}, output_dims[] = {2, 2, 1};
  const int8_t input[] = {1, 2, 3, 4, 5, 6}, expected[] = {4, 6};
  const float real[] = {1, 2, 3, 4, 5, 6}, real_expected[] = {4, 6};
  const int32_t begin[] = {1, 1}, size[] = {2, -1};
  TestMoverByTwo(Register_SLICE(), dims, input, two, begin, two, size, output_dims, expected);
  TestMoverByTwo(Register_SLICE(), dims, real, two, begin, two, size, output_dims, real_expected);
}

TEST(Slices, DynamicUpdateSlice) {
  int dims[] = {2, 3, 2}, update_dims[] = {2, 1, 2}, start_dims[] = {1, 2};
  const float input[] = {1, 2, 3, 4, 5, 6}, update[] = {-1, -2}, expected[] = {1, 2, -1, -2, 5, 6};
  const int32_t start[] = {1, 0};
  float output[6];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(update, IntArrayFromInts(update_dims)),
                            CreateTensor(start, IntArrayFromInts(start_dims)),
                            CreateTensor(output, IntArrayFromInts(dims))};
  EXPECT_EQ(kTfLiteOk, Run(Register_DYNAMIC_UPDATE_SLICE(), tensors, nullptr));
  ExpectAll(output, expected);
}

TEST(Parts, PackAndUnpack) {
  int dims[] = {1, 2}, packed_dims[] = {2, 2, 2};
  const int32_t a[] = {1, 4}, b[] = {2, 5}, packed[] = {1, 2, 4, 5};
  const TfLitePackParams params = {2, -1};
  TestBinary(Register_PACK(), dims, a, dims, b, packed_dims, packed, &params);
  int32_t first[2], second[2];
  TfLiteTensor tensors[] = {CreateTensor(packed, IntArrayFromInts(packed_dims)),
                            CreateTensor(first, IntArrayFromInts(dims)),
                            CreateTensor(second, IntArrayFromInts(dims))};
  const TfLiteUnpackParams unpack_params = {2, 1};
  EXPECT_EQ(kTfLiteOk, Run(Register_UNPACK(), tensors, &unpack_params, 2));
  ExpectAll(first, a);
  ExpectAll(second, b);
}

TEST(Parts, SplitVInPartsOfOneAndTwo) {
  int dims[] = {2, 3, 2}, sizes_dims[] = {1, 2}, axis_dims[] = {1, 1};
  int first_dims[] = {2, 1, 2}, second_dims[] = {2, 2, 2};
  const int8_t input[] = {1, 2, 3, 4, 5, 6}, rest[] = {3, 4, 5, 6}, start[] = {1, 2};
  const int32_t sizes[] = {1, 2}, axis[] = {0};
  int8_t first[2], second[4];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(sizes, IntArrayFromInts(sizes_dims)),
                            CreateTensor(axis, IntArrayFromInts(axis_dims)),
                            CreateTensor(first, IntArrayFromInts(first_dims)),
                            CreateTensor(second, IntArrayFromInts(second_dims))};
  const TfLiteSplitVParams params = {2};
  EXPECT_EQ(kTfLiteOk, Run(Register_SPLIT_V(), tensors, &params, 2));
  ExpectAll(first, start);
  ExpectAll(second, rest);
}

TEST(Turns, TransposeAndReverse) {
  int dims[] = {2, 2, 3}, two[] = {1, 2}, turned_dims[] = {2, 3, 2}, one[] = {1, 1};
  const int8_t input[] = {1, 2, 3, 4, 5, 6}, turned[] = {1, 4, 2, 5, 3, 6};
  const float real[] = {1, 2, 3, 4, 5, 6}, real_turned[] = {1, 4, 2, 5, 3, 6};
  const int32_t permutation[] = {1, 0}, axis[] = {1};
  TestBinary(Register_TRANSPOSE(), dims, input, two, permutation, turned_dims, turned);
  TestBinary(Register_TRANSPOSE(), dims, real, two, permutation, turned_dims, real_turned);
  const int8_t reversed[] = {3, 2, 1, 6, 5, 4};
  TestBinary(Register_REVERSE_V2(), dims, input, one, axis, dims, reversed);
}

TEST(Blocks, SpaceAndDepth) {
  int dims[] = {4, 1, 2, 2, 1}, deep_dims[] = {4, 1, 1, 1, 4};
  const float input[] = {1, 2, 3, 4};
  const TfLiteSpaceToDepthParams params = {2};
  const TfLiteDepthToSpaceParams back = {2};
  TestMover(Register_SPACE_TO_DEPTH(), dims, input, deep_dims, input, &params);
  TestMover(Register_DEPTH_TO_SPACE(), deep_dims, input, dims, input, &back);
  int8_t narrow[4], output[4];
  const int8_t steps[] = {10, 20, 30, 40};
  TfLiteTensor tensors[] = {
      CreateQuantizedTensor(input, narrow, IntArrayFromInts(deep_dims), 0.1f, 0),
      CreateQuantizedTensor(output, IntArrayFromInts(dims), 0.1f, 0)};
  EXPECT_EQ(kTfLiteOk, Run(Register_DEPTH_TO_SPACE(), tensors, &back));
  ExpectAll(output, steps);
}

TEST(Blocks, SpaceAndBatch) {
  int dims[] = {4, 1, 2, 2, 1}, batch_dims[] = {4, 4, 1, 1, 1}, block_dims[] = {1, 2};
  int ends_dims[] = {2, 2, 2};
  const float input[] = {1, 2, 3, 4};
  const int32_t block[] = {2, 2}, ends[] = {0, 0, 0, 0};
  TestMoverByTwo(Register_SPACE_TO_BATCH_ND(), dims, input, block_dims, block, ends_dims, ends,
                 batch_dims, input);
  TestMoverByTwo(Register_BATCH_TO_SPACE_ND(), batch_dims, input, block_dims, block, ends_dims,
                 ends, dims, input);
}

TEST(Pads, PadV2AndMirrorPad) {
  int dims[] = {2, 1, 3}, paddings_dims[] = {2, 2, 2}, output_dims[] = {2, 1, 5}, scalar[] = {0};
  const float input[] = {1, 2, 3}, expected[] = {9, 1, 2, 3, 9}, nine[] = {9};
  const int32_t paddings[] = {0, 0, 1, 1};
  float output[5];
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(paddings, IntArrayFromInts(paddings_dims)),
                            CreateTensor(nine, IntArrayFromInts(scalar)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  EXPECT_EQ(kTfLiteOk, Run(Register_PADV2(), tensors, nullptr));
  ExpectAll(output, expected);
  const float reflected[] = {2, 1, 2, 3, 2}, symmetric[] = {1, 1, 2, 3, 3};
  const TfLiteMirrorPaddingParams reflect = {kTfLiteMirrorPaddingReflect};
  const TfLiteMirrorPaddingParams symmetrically = {kTfLiteMirrorPaddingSymmetric};
  TestBinary(Register_MIRROR_PAD(), dims, input, paddings_dims, paddings, output_dims, reflected,
             &reflect);
  TestBinary(Register_MIRROR_PAD(), dims, input, paddings_dims, paddings, output_dims, symmetric,
             &symmetrically);
}

TEST(Images, ResizeNearestNeighbor) {
  int dims[] = {4, 1, 1, 2, 1}, size_dims[] = {1, 2}, output_dims[] = {4, 1, 1, 4, 1};
  const float input[] = {2, 6}, expected[] = {2, 2, 6, 6};
  const int8_t narrow[] = {2, 6}, narrow_expected[] = {2, 2, 6, 6};
  const int32_t size[] = {1, 4};
  const TfLiteResizeNearestNeighborParams params = {false, false};
  TestBinary(Register_RESIZE_NEAREST_NEIGHBOR(), dims, input, size_dims, size, output_dims,
             expected, &params);
  TestBinary(Register_RESIZE_NEAREST_NEIGHBOR(), dims, narrow, size_dims, size, output_dims,
             narrow_expected, &params);
}

}  // namespace testing
}  // namespace tflite

TF_LITE_MICRO_TESTS_MAIN
