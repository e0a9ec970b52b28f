// Custom ops as people write them: a convolution of int8 after upstream's own, with what it keeps
// in the arena; an op of a map of options, for float32 and int8, with scratch memory; both in the
// newer manner and with tests of theirs.

#include <cmath>
#include <cstring>

#include "flatbuffers/flexbuffers.h"
#include "kernel_testing.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/kernels/internal/common.h"
#include "tensorflow/lite/kernels/internal/cppmath.h"
#include "tensorflow/lite/kernels/internal/max.h"
#include "tensorflow/lite/kernels/internal/min.h"
#include "tensorflow/lite/kernels/internal/quantization_util.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include "tensorflow/lite/kernels/op_macros.h"
#include "tensorflow/lite/kernels/padding.h"
#include "tensorflow/lite/micro/flatbuffer_utils.h"
#include "tensorflow/lite/micro/kernels/activation_utils.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/micro_utils.h"
#include "tensorflow/lite/micro/testing/micro_test_v2.h"

namespace tflite {
namespace {

// ---- a convolution of one row, a stride of 2, padded as SAME, with a fused RELU6

struct RowConvData {
  TfLitePaddingValues padding;
  int32_t input_zero_point, filter_zero_point, output_zero_point;
  int32_t* multipliers;
  int32_t* shifts;
  int32_t least, most;
};

void* RowConvInit(TfLiteContext* context, const char*, size_t) {
  TFLITE_DCHECK(context->AllocatePersistentBuffer != nullptr);
  return context->AllocatePersistentBuffer(context, sizeof(RowConvData));
}

TfLiteStatus RowConvPrepare(TfLiteContext* context, TfLiteNode* node) {
  TFLITE_DCHECK(node->user_data != nullptr);
  auto* const data = static_cast<RowConvData*>(node->user_data);
  MicroContext* const micro_context = GetMicroContext(context);
  TF_LITE_ENSURE_EQ(context, NumInputs(node), 3);
  TfLiteTensor* const input = micro_context->AllocateTempInputTensor(node, 0);
  TF_LITE_ENSURE(context, input != nullptr);
  TfLiteTensor* const filter = micro_context->AllocateTempInputTensor(node, 1);
  TF_LITE_ENSURE(context, filter != nullptr);
  TfLiteTensor* const bias = micro_context->AllocateTempInputTensor(node, 2);
  TfLiteTensor* const output = micro_context->AllocateTempOutputTensor(node, 0);
  TF_LITE_ENSURE(context, output != nullptr);
  TF_LITE_ENSURE_TYPES_EQ(context, input->type, kTfLiteInt8);
  TF_LITE_ENSURE_MSG(context, filter->dims->data[3] == input->dims->data[3], "channels differ");

  const int channels = filter->dims->data[0];
  const auto bytes = static_cast<size_t>(channels) * sizeof(int32_t);
  data->multipliers = static_cast<int32_t*>(context->AllocatePersistentBuffer(context, bytes));
  data->shifts = static_cast<int32_t*>(micro_context->AllocatePersistentBuffer(bytes));
  int out_height = 0;
  int out_width = 0;
  data->padding = ComputePaddingHeightWidth(1, 2, 1, 1, input->dims->data[1], input->dims->data[2],
                                            filter->dims->data[1], filter->dims->data[2],
                                            kTfLitePaddingSame, &out_height, &out_width);
  TF_LITE_ENSURE_EQ(context, out_width, output->dims->data[2]);
  int32_t multiplier = 0;
  int shift = 0;
  TF_LITE_ENSURE_STATUS(PopulateConvolutionQuantizationParams(
      context, input, filter, bias, output, kTfLiteActRelu6, &multiplier, &shift, &data->least,
      &data->most, data->multipliers, data->shifts, channels));
  TF_LITE_ENSURE(context, multiplier == data->multipliers[0] && shift == data->shifts[0]);
  data->input_zero_point = input->params.zero_point;
  data->filter_zero_point = filter->params.zero_point;
  data->output_zero_point = output->params.zero_point;
  micro_context->DeallocateTempTfLiteTensor(input);
  micro_context->DeallocateTempTfLiteTensor(filter);
  if (bias != nullptr) {
    micro_context->DeallocateTempTfLiteTensor(bias);
  }
  micro_context->DeallocateTempTfLiteTensor(output);
  return kTfLiteOk;
}

TfLiteStatus RowConvEval(TfLiteContext* context, TfLiteNode* node) {
  const auto& data = *static_cast<const RowConvData*>(node->user_data);
  const TfLiteEvalTensor* const input = micro::GetEvalInput(context, node, 0);
  const TfLiteEvalTensor* const filter = micro::GetEvalInput(context, node, 1);
  const TfLiteEvalTensor* const bias =
      NumInputs(node) == 3 ? micro::GetEvalInput(context, node, 2) : nullptr;
  TfLiteEvalTensor* const output = micro::GetEvalOutput(context, node, 0);
  const RuntimeShape in = micro::GetTensorShape(input);
  const RuntimeShape weights = micro::GetTensorShape(filter);
  const RuntimeShape out = micro::GetTensorShape(output);
  const int depth = MatchingDim(in, 3, weights, 3);
  const int8_t* const from = micro::GetTensorData<int8_t>(input);
  const int8_t* const factors = micro::GetTensorData<int8_t>(filter);
  const int32_t* const biases = micro::GetOptionalTensorData<int32_t>(bias);
  int8_t* const to = micro::GetTensorData<int8_t>(output);
  for (int x = 0; x < out.Dims(2); ++x) {
    for (int channel = 0; channel < out.Dims(3); ++channel) {
      int32_t sum = biases ? biases[channel] : 0;
      for (int i = 0; i < weights.Dims(2); ++i) {
        const int column = 2 * x - data.padding.width + i;
        for (int c = 0; column >= 0 && column < in.Dims(2) && c < depth; ++c) {
          sum += (from[Offset(in, 0, 0, column, c)] - data.input_zero_point) *
                 factors[Offset(weights, channel, 0, i, c)];
        }
      }
      int32_t scaled =
          MultiplyByQuantizedMultiplier(sum, data.multipliers[channel], data.shifts[channel]);
      scaled += data.output_zero_point;
      to[Offset(out, 0, 0, x, channel)] =
          static_cast<int8_t>(ActivationFunctionWithMinMax(scaled, data.least, data.most));
    }
  }
  return kTfLiteOk;
}

TFLMRegistration Register_ROW_CONV() {
  return micro::RegisterOp(RowConvInit, RowConvPrepare, RowConvEval);
}

// ---- the mean of windows, whose length is an option; what it sums lies in scratch memory

struct WindowMeanData {
  int length, scratch;
  float gain;
  bool absolute;
  int32_t zero_point;
};

void* WindowMeanInit(TfLiteContext* context, const char* buffer, size_t length) {
  auto* const data = static_cast<WindowMeanData*>(
      context->AllocatePersistentBuffer(context, sizeof(WindowMeanData)));
  const auto* const bytes = reinterpret_cast<const uint8_t*>(buffer);
  const flexbuffers::Map& map = flexbuffers::GetRoot(bytes, length).AsMap();
  data->length = map["length"].AsInt32();
  data->gain = map["gain"].IsNull() ? 1.0f : map["gain"].AsFloat();
  data->absolute = map["absolute"].AsBool();
  return data;
}

TfLiteStatus WindowMeanPrepare(TfLiteContext* context, TfLiteNode* node) {
  auto* const data = static_cast<WindowMeanData*>(node->user_data);
  const TfLiteTensor* input = nullptr;
  TF_LITE_ENSURE_OK(context, GetInputSafe(context, node, 0, &input));
  TfLiteTensor* output = nullptr;
  TF_LITE_ENSURE_OK(context, GetOutputSafe(context, node, 0, &output));
  TF_LITE_ENSURE(context, data->length > 0);
  TF_LITE_ENSURE_EQ(context, NumElements(output) * data->length, NumElements(input));
  data->zero_point = input->params.zero_point;
  const auto windows = static_cast<size_t>(NumElements(output));
  return context->RequestScratchBufferInArena(context, windows * sizeof(float), &data->scratch);
}

template <typename T>
void SumWindows(const WindowMeanData& data, const TfLiteEvalTensor* input, int windows,
                float* sums) {
  const T* const from = micro::GetTensorData<T>(input);
  for (int window = 0; window < windows; ++window) {
    sums[window] = 0;
    for (int i = 0; i < data.length; ++i) {
      const T value = from[window * data.length + i];
      const float real = static_cast<float>(value) - static_cast<float>(data.zero_point);
      sums[window] += data.absolute ? std::fabs(real) : real;
    }
  }
}

TfLiteStatus WindowMeanEval(TfLiteContext* context, TfLiteNode* node) {
  const auto& data = *static_cast<const WindowMeanData*>(node->user_data);
  const TfLiteEvalTensor* const input = micro::GetEvalInput(context, node, 0);
  TfLiteEvalTensor* const output = micro::GetEvalOutput(context, node, 0);
  const int windows = ElementCount(*output->dims);
  auto* const sums = static_cast<float*>(context->GetScratchBuffer(context, data.scratch));
  const float factor = data.gain / static_cast<float>(data.length);
  switch (input->type) {
    case kTfLiteFloat32:
      SumWindows<float>(data, input, windows, sums);
      for (int i = 0; i < windows; ++i) {
        micro::GetTensorData<float>(output)[i] = sums[i] * factor;
      }
      break;
    case kTfLiteInt8:
      SumWindows<int8_t>(data, input, windows, sums);
      for (int i = 0; i < windows; ++i) {
        const float steps = TfLiteRound(sums[i] * factor) + static_cast<float>(data.zero_point);
        const float cut = TfLiteMin(TfLiteMax(steps, -128.0f), 127.0f);
        micro::GetTensorData<int8_t>(output)[i] = static_cast<int8_t>(cut);
      }
      break;
    default:
      MicroPrintf("Type %s (%d) not supported.", TfLiteTypeGetName(input->type), input->type);
      return kTfLiteError;
  }
  return kTfLiteOk;
}

TFLMRegistration* Register_WINDOW_MEAN() {
  static TFLMRegistration registration =
      micro::RegisterOp(WindowMeanInit, WindowMeanPrepare, WindowMeanEval);
  return &registration;
}

// {"absolute": true, "gain": 0.5, "length": 2}
alignas(8) const uint8_t kOptions[] = {
    97, 98, 115, 111, 108, 117, 116, 101, 0, 103, 97, 105, 110, 0,  108, 101, 110, 103, 116, 104,
    0,  3,  22,  14,  10,  0,   0,   0,   6, 0,   0,  0,   1,   0,  0,   0,   3,   0,   0,   0,
    1,  0,  0,   0,   0,   0,   0,   63,  2, 0,   0,  0,   106, 14, 6,   15,  38,  1};

void IgnoreReport(TfLiteContext*, const char*, ...) {}

}  // namespace

namespace testing {

TEST(CustomOps, AConvolutionWithAScaleAChannel) {
  int input_dims[] = {4, 1, 1, 5, 1}, filter_dims[] = {4, 2, 1, 3, 1}, bias_dims[] = {1, 2};
  int output_dims[] = {4, 1, 1, 3, 2};
  const float values[] = {1, 2, 3, 4, 5}, weights[] = {1, 1, 1, 0.5f, 0, -0.25f};
  const float biases[] = {0.5f, 1};
  // Padded by one before and behind: windows of 0 1 2, 2 3 4, 4 5 0.
  const float expected[] = {3.5f, 0.5f, 6, 1, 6, 3};
  int8_t input[5], filter[6], output[6];
  int32_t bias[2];
  float filter_scales[3], bias_scales[3];
  int filter_zeros[3], bias_zeros[3];
  TfLiteAffineQuantization filter_quantization, bias_quantization;
  TfLiteTensor tensors[] = {
      CreateQuantizedTensor(values, input, IntArrayFromInts(input_dims), 0.05f, -10),
      CreateSymmetricPerChannelQuantizedTensor(weights, filter, IntArrayFromInts(filter_dims),
                                               filter_scales, filter_zeros, &filter_quantization,
                                               0),
      CreatePerChannelQuantizedBiasTensor(biases, bias, IntArrayFromInts(bias_dims), 0.05f,
                                          &filter_scales[1], bias_scales, bias_zeros,
                                          &bias_quantization, 0),
      CreateQuantizedTensor(output, IntArrayFromInts(output_dims), 0.05f, -20),
  };
  EXPECT_EQ(kTfLiteOk, kernel_testing::Run(Register_ROW_CONV(), tensors, nullptr));
  kernel_testing::ExpectDequantized(output, expected, 0.05f, -20);
}

TEST(CustomOps, OneForTwoTypesWithAMapOfOptions) {
  int dims[] = {1, 4}, output_dims[] = {1, 2}, inputs[] = {1, 0}, outputs[] = {1, 1};
  const float values[] = {1, -2, 3, 5};
  float output[2];
  TfLiteTensor tensors[] = {CreateTensor(values, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(output_dims))};
  const auto* const options = reinterpret_cast<const char*>(kOptions);
  KernelRunner runner(*Register_WINDOW_MEAN(), tensors, 2, IntArrayFromInts(inputs),
                      IntArrayFromInts(outputs), nullptr);
  ASSERT_EQ(kTfLiteOk, runner.InitAndPrepare(options, sizeof(kOptions)));
  EXPECT_EQ(kTfLiteOk, runner.Invoke());
  EXPECT_NEAR(output[0], 0.75f, 1e-6f);
  EXPECT_NEAR(output[1], 2.0f, 1e-6f);
  int8_t quantized[4], means[2];
  TfLiteTensor of_int8[] = {
      CreateQuantizedTensor(values, quantized, IntArrayFromInts(dims), 0.25f, 3),
      CreateQuantizedTensor(means, IntArrayFromInts(output_dims), 0.25f, 3)};
  KernelRunner narrow(*Register_WINDOW_MEAN(), of_int8, 2, IntArrayFromInts(inputs),
                      IntArrayFromInts(outputs), nullptr);
  ASSERT_EQ(kTfLiteOk, narrow.InitAndPrepare(options, sizeof(kOptions)));
  EXPECT_EQ(kTfLiteOk, narrow.Invoke());
  EXPECT_EQ(3 + 3, means[0]);
  EXPECT_EQ(3 + 8, means[1]);
  EXPECT_EQ(kTfLiteError, narrow.InitAndPrepare());  // no length
}

TEST(CustomOps, OptionsByTheirPlaces) {
  const FlexbufferWrapper options(kOptions, sizeof(kOptions));
  EXPECT_EQ(3u, options.size());
  EXPECT_TRUE(options.ElementAsBool(0));
  EXPECT_NEAR(0.5f, options.ElementAsFloat(1), 0.0f);
  EXPECT_NEAR(0.5, options.ElementAsDouble(1), 0.0);
  EXPECT_EQ(2, options.ElementAsInt32(2));
  EXPECT_EQ(2, options.ElementAsInt64(2));
  EXPECT_EQ(2u, options.ElementAsUInt64(2));
  EXPECT_EQ(0, options.ElementAsInt32(3));
}

TEST(Helpers, PaddingAsWindowsHaveIt) {
  EXPECT_EQ(3, ComputeOutSize(kTfLitePaddingSame, 5, 3, 2));
  EXPECT_EQ(2, ComputeOutSize(kTfLitePaddingValid, 5, 3, 2));
  EXPECT_EQ(1, ComputeOutSize(kTfLitePaddingValid, 5, 3, 2, 2));
  EXPECT_EQ(0, ComputeOutSize(kTfLitePaddingUnknown, 5, 3, 2));
  int offset = -1;
  EXPECT_EQ(0, ComputePaddingWithOffset(2, 1, 4, 3, 2, &offset));
  EXPECT_EQ(1, offset);
  EXPECT_EQ(1, ComputePadding(2, 1, 5, 3, 3));
  EXPECT_EQ(0, ComputePadding(2, 1, 5, 3, 2));
}

TEST(Helpers, FactorsOfDenseLayers) {
  int dims[] = {1, 1};
  const int8_t data[1] = {};
  const int32_t bias_data[1] = {};
  TfLiteTensor input = CreateQuantizedTensor(data, IntArrayFromInts(dims), 0.5f);
  TfLiteTensor filter = CreateQuantizedTensor(data, IntArrayFromInts(dims), 0.25f);
  TfLiteTensor bias = CreateQuantizedTensor(bias_data, IntArrayFromInts(dims), 0.125f);
  TfLiteTensor output = CreateQuantizedTensor(data, IntArrayFromInts(dims), 0.5f);
  TfLiteContext context{};
  context.ReportError = IgnoreReport;
  double factor = 0;
  EXPECT_EQ(kTfLiteOk,
            GetQuantizedConvolutionMultipler(&context, &input, &filter, &bias, &output, &factor));
  EXPECT_NEAR(0.25, factor, 0.0);
  bias.params.scale = 0.14f;  // 0.03 of the output's
  EXPECT_EQ(kTfLiteError,
            GetQuantizedConvolutionMultipler(&context, &input, &filter, &bias, &output, &factor));
}

TEST(Helpers, ActivationsOfReals) {
  using ops::micro::ActivationValFloat;
  EXPECT_NEAR(-2.0f, ActivationValFloat(kTfLiteActNone, -2), 0.0f);
  EXPECT_NEAR(0.0f, ActivationValFloat(kTfLiteActRelu, -2), 0.0f);
  EXPECT_NEAR(6.0f, ActivationValFloat(kTfLiteActRelu6, 7), 0.0f);
  EXPECT_NEAR(-1.0f, ActivationValFloat(kTfLiteActReluN1To1, -2), 0.0f);
  EXPECT_NEAR(1.0f, ActivationValFloat(kTfLiteActSignBit, -2), 0.0f);
  EXPECT_NEAR(0.76159416f, ActivationValFloat(kTfLiteActTanh, 1), 1e-6f);
  EXPECT_NEAR(0.88079708f, ActivationValFloat(kTfLiteActSigmoid, 2), 1e-6f);
  EXPECT_NEAR(1.7182818, TfLiteExpm1(1.0), 1e-6);
}

}  // namespace testing
}  // namespace tflite

TF_LITE_MICRO_TESTS_MAIN
