// In the manner of the network tester: every input filled, every output compared byte by byte with
// an array, as a test and with a profiler.

#include <cstring>

#include "sketch.h"
#include "tensorflow/lite/core/c/common.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_profiler.h"
#include "tensorflow/lite/micro/testing/micro_test.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace {

constexpr size_t kArenaBytes = 32 * 1024;
constexpr int kInferences = 2;
alignas(16) uint8_t tensor_arena[kArenaBytes];

// Of an image of zeros: probabilities of 0.27 and 0.73.
const uint8_t kExpected[] = {0xc5, 0x3b};

void Show(const TfLiteTensor* tensor) {
  for (size_t i = 0; i < tensor->bytes; ++i) {
    MicroPrintf("0x%02x", tensor->data.uint8[i]);
  }
  MicroPrintf("%s, %d bytes\n", TfLiteTypeGetName(tensor->type), static_cast<int>(tensor->bytes));
}

int Tests() {
  TF_LITE_MICRO_TEST(OutputsByteByByte) {
    const tflite::Model* const model = tflite::GetModel(g_model);
    TF_LITE_MICRO_EXPECT_EQ(static_cast<uint32_t>(TFLITE_SCHEMA_VERSION), model->version());
    tflite::MicroMutableOpResolver<5> resolver;
    TF_LITE_MICRO_EXPECT_EQ(resolver.AddAveragePool2D(), kTfLiteOk);
    TF_LITE_MICRO_EXPECT_EQ(resolver.AddConv2D(), kTfLiteOk);
    TF_LITE_MICRO_EXPECT_EQ(resolver.AddDepthwiseConv2D(), kTfLiteOk);
    TF_LITE_MICRO_EXPECT_EQ(resolver.AddReshape(), kTfLiteOk);
    TF_LITE_MICRO_EXPECT_EQ(resolver.AddSoftmax(), kTfLiteOk);
    tflite::MicroProfiler profiler;
    tflite::MicroInterpreter interpreter(model, resolver, tensor_arena, kArenaBytes, nullptr,
                                         &profiler);
    TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, interpreter.AllocateTensors());
    for (int run = 0; run < kInferences; ++run) {
      for (size_t i = 0; i < interpreter.inputs_size(); ++i) {
        TfLiteTensor* const input = interpreter.input_tensor(i);
        std::memset(input->data.raw, 0, input->bytes);
      }
      TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, interpreter.Invoke());
      for (size_t i = 0; i < interpreter.outputs_size(); ++i) {
        const TfLiteTensor* const output = interpreter.output_tensor(i);
        Show(output);
        TF_LITE_MICRO_EXPECT_EQ(sizeof(kExpected), output->bytes);
        TF_LITE_MICRO_EXPECT_EQ(0, std::memcmp(kExpected, output->data.raw, sizeof(kExpected)));
      }
    }
    TF_LITE_MICRO_EXPECT_GT(profiler.GetTotalTicks(), 0u);
    profiler.LogTicksPerTagCsv();
  }
  return micro_test::Finish();
}

}  // namespace

void setup() {}

void loop() { g_answer = Tests(); }
