// Tests of kernels in upstream's newer manner; the last two of them are to fail.

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/kernels/kernel_runner.h"
#include "tensorflow/lite/micro/test_helpers.h"
#include "tensorflow/lite/micro/testing/micro_test_v2.h"

namespace tflite {
namespace testing {
namespace {

constexpr float kStep = FLT_EPSILON;

// What a custom op is told is what it adds to each element.
TfLiteStatus RaiseEval(TfLiteContext* context, TfLiteNode* node) {
  const int by = *static_cast<const int8_t*>(node->custom_initial_data);
  const TfLiteEvalTensor* const input = context->GetEvalTensor(context, node->inputs->data[0]);
  TfLiteEvalTensor* const output = context->GetEvalTensor(context, node->outputs->data[0]);
  for (int i = 0; i < ElementCount(*input->dims); ++i) {
    output->data.int8[i] = static_cast<int8_t>(input->data.int8[i] + by);
  }
  return kTfLiteOk;
}

class Rows : public ::testing::Test {
 public:
  void SetUp() override { input[1] = 7; }
  void TearDown() override { ++torn_down; }

  static int torn_down;
  int dims[2] = {1, 3};
  int inputs[2] = {1, 0};
  int outputs[2] = {1, 1};
  int8_t input[3] = {1, 2, 3};
  int8_t output[3] = {};
};
int Rows::torn_down = 0;

}  // namespace

TEST_F(Rows, ACustomOpIsTold) {
  TFLMRegistration registration{};
  registration.invoke = RaiseEval;
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(dims))};
  KernelRunner runner(registration, tensors, 2, IntArrayFromInts(inputs), IntArrayFromInts(outputs),
                      nullptr);
  const char options[] = {10};
  ASSERT_EQ(kTfLiteOk, runner.InitAndPrepare(options, sizeof(options)));
  ASSERT_EQ(kTfLiteOk, runner.Invoke());
  EXPECT_EQ(11, output[0]);
  EXPECT_EQ(17, output[1]);
  EXPECT_EQ(runner.Reset(), kTfLiteOk);
}

TEST_F(Rows, AnOpOfInt8IsRefusedOtherTypes) {
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(dims), false, kTfLiteUInt8)};
  KernelRunner runner(Register_ABS_INT8(), tensors, 2, IntArrayFromInts(inputs),
                      IntArrayFromInts(outputs), nullptr);
  EXPECT_EQ(kTfLiteError, runner.InitAndPrepare());
  EXPECT_EQ(kTfLiteError, runner.Reset());
}

TEST(Expectations, HoldAtTheirEnds) {
  EXPECT_EQ(2, Rows::torn_down);
  EXPECT_TRUE(1 < 2);
  EXPECT_FALSE(2 < 1);
  EXPECT_NE(1, 2);
  EXPECT_GT(2, 1);
  EXPECT_LT(1, 2);
  EXPECT_GE(2, 2);
  EXPECT_LE(2, 2);
  EXPECT_NEAR(1.0f, 1.5f, 0.5f);
  EXPECT_FLOAT_EQ(1.0f, 1.0f + 4 * kStep);
  EXPECT_STREQ("one", "one");
  EXPECT_STRNE("one", nullptr);
  ASSERT_TRUE(true);
  ASSERT_FALSE(false);
  ASSERT_NE(1, 2);
  ASSERT_GT(2, 1);
  ASSERT_LT(1, 2);
  ASSERT_GE(2, 2);
  ASSERT_LE(2, 2);
  ASSERT_NEAR(1.5f, 1.0f, 0.5f);
  ASSERT_FLOAT_EQ(1.0f, 1.0f);
  ASSERT_STREQ("one", "one");
  ASSERT_STRNE("one", "two");
}

TEST(Expectations, GoOnWhereTheyFail) {
  EXPECT_EQ(1, 2);
  EXPECT_NEAR(1.0f, 1.5f, 0.4f);
  EXPECT_FLOAT_EQ(1.0f, 1.0f + 5 * kStep);
  EXPECT_STREQ("one", "two");
  ADD_FAILURE("gone on");
}

TEST(Assertions, EndTheirTest) {
  ASSERT_EQ(3, 4);
  FAIL("not reached");
}

}  // namespace testing
}  // namespace tflite

TF_LITE_MICRO_TESTS_MAIN
