// What custom ops and their tests call beside their tensors, by the headers and namespaces of
// autumn 2026 and by the older ones.

#include "tensorflow/lite/kernels/internal/common.h"
#include "tensorflow/lite/kernels/internal/portable_tensor.h"
#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/micro/c/builtin_op_data.h"
#include "tensorflow/lite/micro/c/c_api_types.h"
#include "tensorflow/lite/micro/c/common.h"
#include "tensorflow/lite/micro/kernels/conv.h"
#include "tensorflow/lite/micro/kernels/depthwise_conv.h"
#include "tensorflow/lite/micro/kernels/fully_connected.h"
#include "tensorflow/lite/micro/kernels/internal/common.h"
#include "tensorflow/lite/micro/kernels/internal/quantization_util.h"
#include "tensorflow/lite/micro/kernels/internal/runtime_shape.h"
#include "tensorflow/lite/micro/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/micro/kernels/internal/types.h"
#include "tensorflow/lite/micro/kernels/kernel_runner.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/svdf.h"
#include "tensorflow/lite/micro/micro_arena_constants.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_string.h"
#include "tensorflow/lite/micro/test_helpers.h"
#include "tensorflow/lite/micro/testing/micro_test.h"

namespace {

using tflite::testing::CreateQuantizedTensor;
using tflite::testing::CreateTensor;
using tflite::testing::IntArrayFromInts;

int g_reports = 0;
void Report(TfLiteContext*, const char*, ...) { ++g_reports; }

TfLiteStatus FailsHalfWay(int* reached) {
  TF_LITE_MICRO_CHECK_FAIL();
  *reached = 1;
  TF_LITE_MICRO_EXPECT_EQ(1, 2);
  TF_LITE_MICRO_CHECK_FAIL();
  *reached = 2;
  return kTfLiteOk;
}

}  // namespace

TF_LITE_MICRO_TESTS_BEGIN

TF_LITE_MICRO_TEST(ShapesOfTensors) {
  int dims[] = {4, 2, 3, 4, 5};
  int8_t data[120] = {};
  TfLiteTensor tensor = CreateQuantizedTensor(data, IntArrayFromInts(dims), 0.5f);
  const TfLiteEvalTensor* const eval = &tensor;  // each tensor is one
  const tflite::RuntimeShape shape = tflite::micro::GetTensorShape(eval);
  TF_LITE_MICRO_EXPECT_EQ(shape.DimensionsCount(), 4);
  TF_LITE_MICRO_EXPECT_EQ(shape.Dims(3), 5);
  TF_LITE_MICRO_EXPECT_EQ(shape.FlatSize(), 120);
  TF_LITE_MICRO_EXPECT(tflite::GetTensorShape(&tensor) == shape);
  TF_LITE_MICRO_EXPECT_EQ(tflite::micro::GetTensorShape(nullptr).FlatSize(), 1);
  TF_LITE_MICRO_EXPECT(tflite::micro::GetTensorData<int8_t>(eval) == data);
  TF_LITE_MICRO_EXPECT(tflite::GetTensorData<int8_t>(&tensor) == data);
  TF_LITE_MICRO_EXPECT_EQ(tflite::micro::NumElements(eval), 120);
  TF_LITE_MICRO_EXPECT(tflite::micro::HaveSameShapes(eval, &tensor));

  TF_LITE_MICRO_EXPECT_EQ(tflite::Offset(shape, 1, 2, 3, 4), 119);
  const int index[] = {1, 0, 2, 0};
  TF_LITE_MICRO_EXPECT_EQ(tflite::micro::Offset(shape, index), 70);
  TF_LITE_MICRO_EXPECT_EQ(tflite::FlatSizeSkipDim(shape, 3), 24);
  TF_LITE_MICRO_EXPECT_EQ(tflite::MatchingFlatSizeSkipDim(shape, 0, shape), 60);
  TF_LITE_MICRO_EXPECT_EQ(tflite::MatchingFlatSize(shape, shape, shape), 120);
  TF_LITE_MICRO_EXPECT_EQ(tflite::MatchingDim(shape, 2, shape, 2), 4);

  tflite::micro::RuntimeShape other({3, 4, 5});
  const tflite::RuntimeShape extended = tflite::RuntimeShape::ExtendedShape(4, other);
  TF_LITE_MICRO_EXPECT(extended == tflite::RuntimeShape({1, 3, 4, 5}));
  TF_LITE_MICRO_EXPECT(extended != shape && other != shape);
  other.Resize(2);
  other.SetDim(1, 7);
  TF_LITE_MICRO_EXPECT(other == tflite::RuntimeShape({3, 7}));
  const int32_t ones[] = {1, 1, 1};
  TF_LITE_MICRO_EXPECT(tflite::RuntimeShape(3, 1) == tflite::RuntimeShape(3, ones));
  TF_LITE_MICRO_EXPECT_EQ(memcmp(other.DimsData(), shape.DimsData() + 1, 4), 0);
}

TF_LITE_MICRO_TEST(FactorsInFixedPoint) {
  int32_t multiplier = 0;
  int shift = 0;
  tflite::QuantizeMultiplier(0.75, &multiplier, &shift);
  TF_LITE_MICRO_EXPECT(multiplier == 1610612736 && shift == 0);
  tflite::micro::QuantizeMultiplier(3.0, &multiplier, &shift);
  TF_LITE_MICRO_EXPECT(multiplier == 1610612736 && shift == 2);
  tflite::QuantizeMultiplier(1 - 1e-12, &multiplier, &shift);  // rounds up to 1
  TF_LITE_MICRO_EXPECT(multiplier == 1 << 30 && shift == 1);
  tflite::QuantizeMultiplier(0.0, &multiplier, &shift);
  TF_LITE_MICRO_EXPECT(multiplier == 0 && shift == 0);
  tflite::QuantizeMultiplier(1e-12, &multiplier, &shift);
  TF_LITE_MICRO_EXPECT(multiplier == 0 && shift == 0);
  tflite::QuantizeMultiplierSmallerThanOneExp(0.3, &multiplier, &shift);
  TF_LITE_MICRO_EXPECT(multiplier == 1288490189 && shift == -1);
  TF_LITE_MICRO_EXPECT_EQ(tflite::MultiplyByQuantizedMultiplier(int32_t{1000}, multiplier, shift),
                          300);
  TF_LITE_MICRO_EXPECT_EQ(
      tflite::MultiplyByQuantizedMultiplierSmallerThanOneExp(-1005, multiplier, shift), -302);
  TF_LITE_MICRO_EXPECT_EQ(
      tflite::micro::MultiplyByQuantizedMultiplier(int64_t{1} << 40, multiplier, -20), 629152);
  tflite::QuantizeMultiplierGreaterThanOne(10.5, &multiplier, &shift);
  TF_LITE_MICRO_EXPECT_EQ(
      tflite::MultiplyByQuantizedMultiplierGreaterThanOne(-4, multiplier, shift), -42);
  const double factors[] = {0.5, 4.0};
  int32_t multipliers[2];
  int shifts[2];
  tflite::QuantizeMultiplierArray(factors, 2, multipliers, shifts);
  TF_LITE_MICRO_EXPECT(multipliers[0] == multipliers[1] && shifts[0] == 0 && shifts[1] == 3);

  TF_LITE_MICRO_EXPECT_EQ(tflite::SaturatingRoundingDoublingHighMul(INT32_MIN, INT32_MIN),
                          INT32_MAX);
  TF_LITE_MICRO_EXPECT_EQ(tflite::SaturatingRoundingDoublingHighMul(1 << 30, 6), 3);
  TF_LITE_MICRO_EXPECT_EQ(tflite::RoundingDivideByPOT(-6, 2), -2);
  TF_LITE_MICRO_EXPECT_EQ(tflite::RoundingDivideByPOT(5, 2), 1);
  TF_LITE_MICRO_EXPECT_EQ(tflite::CountLeadingZeros(uint32_t{1}), 31);
  TF_LITE_MICRO_EXPECT_EQ(tflite::CountLeadingZeros(uint32_t{0}), 32);

  TF_LITE_MICRO_EXPECT_EQ(tflite::CalculateInputRadius(4, 27), 15);
  TF_LITE_MICRO_EXPECT_EQ(tflite::micro::CalculateInputRadius(5, 20), 1984);
  TF_LITE_MICRO_EXPECT_EQ(tflite::CalculateInputRadius(3, 4, 15), 1792);
  tflite::PreprocessSoftmaxScaling(1.0, 0.5, 5, &multiplier, &shift);
  TF_LITE_MICRO_EXPECT(multiplier == 1 << 30 && shift == 26);
  int exponent = 0;
  TF_LITE_MICRO_EXPECT(tflite::CheckedLog2(0.125f, &exponent) && exponent == -3);
  TF_LITE_MICRO_EXPECT_FALSE(tflite::CheckedLog2(3.0f, &exponent));
}

// The test's own scales are those that the op computes with.
TF_LITE_MICRO_TEST(WeightsWithAScaleAChannel) {
  int input_dims[] = {2, 1, 2};
  int weights_dims[] = {2, 2, 2};
  const int8_t input[] = {10, 20};
  const int8_t weights[] = {1, 1, 1, 1};
  int8_t output[2] = {};
  float scales[] = {2, 0.5f, 0.25f};
  int zero_points[] = {2, 0, 0};
  TfLiteAffineQuantization affine = {};
  TfLiteTensor tensors[] = {
      CreateQuantizedTensor(input, IntArrayFromInts(input_dims), 1.0f),
      tflite::testing::CreatePerChannelQuantizedTensor(
          weights, IntArrayFromInts(weights_dims), tflite::testing::FloatArrayFromFloats(scales),
          IntArrayFromInts(zero_points), &affine, 0),
      CreateQuantizedTensor(output, IntArrayFromInts(input_dims), 1.0f)};
  int inputs[] = {2, 0, 1};
  int outputs[] = {1, 2};
  const TfLiteFullyConnectedParams params = {};
  tflite::micro::KernelRunner runner(tflite::Register_FULLY_CONNECTED(), tensors, 3,
                                     IntArrayFromInts(inputs), IntArrayFromInts(outputs), &params);
  TF_LITE_MICRO_EXPECT_EQ(runner.InitAndPrepare(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(runner.Invoke(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT(output[0] == 15 && output[1] == 8);
}

TF_LITE_MICRO_TEST(FusedActivations) {
  float low = 0;
  float high = 0;
  tflite::CalculateActivationRange(kTfLiteActRelu6, &low, &high);
  TF_LITE_MICRO_EXPECT(low == 0 && high == 6);
  int32_t least = 0;
  int32_t most = 0;
  tflite::micro::CalculateActivationRange(kTfLiteActReluN1To1, &least, &most);
  TF_LITE_MICRO_EXPECT(least == -1 && most == 1);
  tflite::GetActivationMinMax(tflite::FusedActivationFunctionType::kRelu1, &low, &high);
  TF_LITE_MICRO_EXPECT(low == -1 && high == 1);
  tflite::GetActivationMinMax(tflite::FusedActivationFunctionType::kRelu6, &low, &high);
  TF_LITE_MICRO_EXPECT(low == 0 && high == 6);
  TF_LITE_MICRO_EXPECT_EQ(tflite::ActivationFunctionWithMinMax(7.5f, low, high), 6.0f);

  TfLiteContext context{};
  context.ReportError = Report;
  int dims[] = {1, 2};
  int8_t data[2] = {};
  TfLiteTensor tensor = CreateQuantizedTensor(data, IntArrayFromInts(dims), 0.1f, -100);
  TF_LITE_MICRO_EXPECT_EQ(
      tflite::CalculateActivationRangeQuantized(&context, kTfLiteActRelu6, &tensor, &least, &most),
      kTfLiteOk);
  TF_LITE_MICRO_EXPECT(least == -100 && most == -40);
  TF_LITE_MICRO_EXPECT_EQ(
      tflite::CalculateActivationRangeQuantized(&context, kTfLiteActNone, &tensor, &least, &most),
      kTfLiteOk);
  TF_LITE_MICRO_EXPECT(least == -128 && most == 127);
  tensor.type = kTfLiteFloat32;
  TF_LITE_MICRO_EXPECT_EQ(
      tflite::CalculateActivationRangeQuantized(&context, kTfLiteActNone, &tensor, &least, &most),
      kTfLiteError);
  TF_LITE_MICRO_EXPECT_EQ(g_reports, 1);
  TF_LITE_MICRO_EXPECT(tflite::micro::RuntimePaddingType(kTfLitePaddingSame) ==
                       tflite::PaddingType::kSame);
  TF_LITE_MICRO_EXPECT(tflite::micro::RuntimePaddingType(kTfLitePaddingUnknown) ==
                       tflite::micro::PaddingType::kNone);
}

TF_LITE_MICRO_TEST(UpstreamsCustomOpsHaveTheirMethods) {
  tflite::MicroMutableOpResolver<16> resolver;
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddEthosU(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddCircularBuffer(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddDelay(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddDetectionPostprocess(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddEnergy(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddFftAutoScale(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddFilterBank(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddFilterBankLog(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddFilterBankSpectralSubtraction(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddFilterBankSquareRoot(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddFramer(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddIrfft(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddOverlapAdd(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddPCAN(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddRfft(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddStacker(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.AddWindow(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver.count(), 16u);
  tflite::MicroMutableOpResolver<1> of_int8;
  TF_LITE_MICRO_EXPECT_EQ(of_int8.AddSoftmax(tflite::Register_SOFTMAX_INT8_INT16()), kTfLiteOk);
  TF_LITE_MICRO_EXPECT(tflite::Register_CIRCULAR_BUFFER() !=
                       tflite::Register_DETECTION_POSTPROCESS());
}

TF_LITE_MICRO_TEST(ASignalOpIsRunByItsRegistration) {
  int dims[] = {1, 4};
  const int16_t input[] = {100, 200, -300, 400};
  const int16_t weights[] = {2048, 4096, 2048, 1024};  // of 2^12
  int16_t output[4] = {};
  TfLiteTensor tensors[] = {CreateTensor(input, IntArrayFromInts(dims)),
                            CreateTensor(weights, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(dims))};
  int inputs[] = {2, 0, 1};
  int outputs[] = {1, 2};
  // A flexbuffer: {"shift": 12}.
  const uint8_t options[] = {'s', 'h', 'i', 'f', 't', 0, 1, 7, 1, 1, 1, 12, 4, 2, 36, 1};
  tflite::micro::KernelRunner runner(*tflite::tflm_signal::Register_WINDOW(), tensors, 3,
                                     IntArrayFromInts(inputs), IntArrayFromInts(outputs), nullptr);
  TF_LITE_MICRO_EXPECT_EQ(
      runner.InitAndPrepare(reinterpret_cast<const char*>(options), sizeof(options)), kTfLiteOk);
  TF_LITE_MICRO_EXPECT(runner.ValidateTempBufferDeallocated());
  TF_LITE_MICRO_EXPECT_EQ(runner.Invoke(), kTfLiteOk);
  const int16_t wanted[] = {50, 200, -150, 100};
  for (int i = 0; i < 4; ++i) {
    TF_LITE_MICRO_ARRAY_ELEMENT_EXPECT_EQ(wanted, i, output, i);
    TF_LITE_MICRO_ARRAY_ELEMENT_EXPECT_NEAR(wanted, i, output, i, 0);
  }
}

TF_LITE_MICRO_TEST(RealNumbersAndSteps) {
  const float values[] = {-1000, -64, -1.25f, -0.2f, 0, 0.25f, 1.25f, 63.5f, 1000};
  const int8_t steps[] = {-128, -125, 0, 3, 3, 4, 6, 127, 127},
               even[] = {-127, -127, -3, 0, 0, 1, 3, 127, 127};
  int8_t made[9];
  tflite::Quantize(values, made, 9, 0.5f, 3);
  for (int i = 0; i < 9; ++i) TF_LITE_MICRO_EXPECT_EQ(made[i], steps[i]);
  tflite::AsymmetricQuantize(values, made, 9, 0.5f, 3);
  for (int i = 0; i < 9; ++i) TF_LITE_MICRO_EXPECT_EQ(made[i], steps[i]);
  tflite::SymmetricQuantize(values, made, 9, 0.5f);
  for (int i = 0; i < 9; ++i) TF_LITE_MICRO_EXPECT_EQ(made[i], even[i]);
  tflite::AsymmetricQuantize(values + 4, made, 2, 0.25f);
  TF_LITE_MICRO_EXPECT(made[0] == 0 && made[1] == 1);
  float back[2];
  tflite::Dequantize(steps + 5, 2, 0.5f, 3, back);
  TF_LITE_MICRO_EXPECT(back[0] == 0.5f && back[1] == 1.5f);
  tflite::AsymmetricDequantize(steps + 2, 2, 0.5f, 1, back);
  TF_LITE_MICRO_EXPECT(back[0] == -0.5f && back[1] == 1.0f);
  const auto least = tflite::FloatToQuantizedType<int64_t>(-1e30f, 1, 0);
  const auto most = tflite::FloatToQuantizedType<int64_t>(1e30f, 1, 0);
  TF_LITE_MICRO_EXPECT(least == INT64_MIN && most == INT64_MAX);
  TF_LITE_MICRO_EXPECT_EQ(tflite::FloatToSymmetricQuantizedType<int16_t>(-1e6f, 1), -32767);
}

TF_LITE_MICRO_TEST(ChannelsInRowsAndInTurns) {
  const float ones[] = {1, 1, 1, 1, 1, 1, 1, 1}, scales[] = {1, 0.5f};
  int16_t made[8];
  tflite::SymmetricPerChannelQuantize(ones, made, 8, 2, scales);
  for (int i = 0; i < 8; ++i) TF_LITE_MICRO_EXPECT_EQ(made[i], i < 4 ? 1 : 2);
  tflite::SymmetricPerChannelQuantize(ones, made, 8, 2, scales, 3);
  for (int i = 0; i < 8; ++i) TF_LITE_MICRO_EXPECT_EQ(made[i], i % 2 == 0 ? 1 : 2);

  // Of three axes: each may be that of the scales; a channel of zeros has one, too.
  int shape[] = {3, 2, 3, 2};
  const float weights[] = {0, 1, 2, 3, 4, 5, 0, -7, 8, -9, 10, -11};
  const float largest[3][3] = {{5, 11}, {7, 9, 11}, {10, 11}};
  for (int axis = 0; axis < 3; ++axis) {
    int8_t steps[12];
    float found[3];
    tflite::SignedSymmetricPerChannelQuantize(weights, IntArrayFromInts(shape), axis, steps, found);
    for (int i = 0; i < 12; ++i) {
      const int place[] = {i / 6, i / 2 % 3, i % 2};
      TF_LITE_MICRO_EXPECT_EQ(found[place[axis]], largest[axis][place[axis]] / 127);
      TF_LITE_MICRO_EXPECT_NEAR(steps[i], weights[i] / found[place[axis]], 0.5001f);
    }
  }
  const float none[] = {0, 0};
  int flat[] = {1, 2};
  int8_t steps[2];
  float found[2];
  tflite::SignedSymmetricPerChannelQuantize(none, IntArrayFromInts(flat), 0, steps, found);
  TF_LITE_MICRO_EXPECT(found[0] == 1 && found[1] == 1 && steps[0] == 0 && steps[1] == 0);
}

TF_LITE_MICRO_TEST(PlacesAndTexts) {
  TF_LITE_MICRO_EXPECT_EQ(tflite::kConvWeightsTensor + tflite::kConvQuantizedDimension, 1);
  TF_LITE_MICRO_EXPECT_EQ(tflite::kDepthwiseConvQuantizedDimension, 3);
  TF_LITE_MICRO_EXPECT_EQ(tflite::kFullyConnectedBiasTensor, 2);
  TF_LITE_MICRO_EXPECT_EQ(tflite::kSvdfInputActivationStateTensor, 4);
  TF_LITE_MICRO_EXPECT_EQ(tflite::MicroArenaBufferAlignment(), 16);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOptionalTensor, -1);
  const tflite::QuantizationParams none;
  TF_LITE_MICRO_EXPECT(none.zero_point == 0 && none.scale == 0.0);
  char text[24];
  TF_LITE_MICRO_EXPECT_EQ(MicroSnprintf(text, sizeof(text), "%+d|%llu", 5, 1ull << 33), 13);
  TF_LITE_MICRO_EXPECT_STRING_EQ(text, "+5|8589934592");
  TF_LITE_MICRO_EXPECT_EQ(tflite::testing::TestStrcmp(text, "+5|8589934592"), 0);
  TfLiteIntArray* const made = TfLiteIntArrayCreate(3);
  TF_LITE_MICRO_EXPECT_EQ(made->size, 3);
  TfLiteIntArrayFree(made);
  TfLiteFloatArray* const floats = TfLiteFloatArrayCreate(2);
  floats->data[1] = 0.5f;
  TF_LITE_MICRO_EXPECT_EQ(floats->size, 2);
  TfLiteFloatArrayFree(floats);
}

TF_LITE_MICRO_TEST(AFailureEndsAFunction) {
  int reached = 0;
  const TfLiteStatus status = FailsHalfWay(&reached);
  const bool failed = micro_test::did_test_fail;
  micro_test::did_test_fail = false;
  TF_LITE_MICRO_EXPECT(failed);
  TF_LITE_MICRO_EXPECT_EQ(status, kTfLiteError);
  TF_LITE_MICRO_EXPECT_EQ(reached, 1);
}

TF_LITE_MICRO_TESTS_END
