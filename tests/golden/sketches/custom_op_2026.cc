// The same op with RegisterOp and MicroContext, in a test of upstream's kind.

#include "sketch.h"
#include "tensorflow/lite/core/c/common.h"
#include "tensorflow/lite/kernels/internal/compatibility.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/micro_context.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/testing/micro_test.h"

namespace {

struct OpData {
  int32_t elements;
  int scratch;
};

void* HalveInit(TfLiteContext* context, const char*, size_t) {
  return tflite::GetMicroContext(context)->AllocatePersistentBuffer(sizeof(OpData));
}

TfLiteStatus HalvePrepare(TfLiteContext* context, TfLiteNode* node) {
  tflite::MicroContext* const micro_context = tflite::GetMicroContext(context);
  TfLiteTensor* const input = micro_context->AllocateTempInputTensor(node, 0);
  TF_LITE_ENSURE(context, input != nullptr);
  TfLiteTensor* const output = micro_context->AllocateTempOutputTensor(node, 0);
  TF_LITE_ENSURE(context, output != nullptr);
  TF_LITE_ENSURE_TYPES_EQ(context, input->type, kTfLiteInt8);
  TF_LITE_ENSURE(context, TfLiteIntArrayEqual(input->dims, output->dims));
  OpData* const data = static_cast<OpData*>(node->user_data);
  data->elements = tflite::ElementCount(*input->dims);
  TF_LITE_ENSURE_STATUS(micro_context->RequestScratchBufferInArena(input->bytes, &data->scratch));
  micro_context->DeallocateTempTfLiteTensor(input);
  micro_context->DeallocateTempTfLiteTensor(output);
  return kTfLiteOk;
}

TfLiteStatus HalveEval(TfLiteContext* context, TfLiteNode* node) {
  const OpData& data = *static_cast<const OpData*>(node->user_data);
  const TfLiteEvalTensor* const input = tflite::micro::GetEvalInput(context, node, 0);
  TfLiteEvalTensor* const output = tflite::micro::GetEvalOutput(context, node, 0);
  int* const calls = static_cast<int*>(tflite::GetMicroContext(context)->external_context());
  *calls += 1;
  const int8_t* const from = tflite::micro::GetTensorData<int8_t>(input);
  int8_t* const to = tflite::micro::GetTensorData<int8_t>(output);
  for (int i = 0; i < data.elements; ++i) {
    to[i] = static_cast<int8_t>(from[i] / 2);
  }
  return tflite::micro::HaveSameShapes(input, output) ? kTfLiteOk : kTfLiteError;
}

TFLMRegistration* Register_HALVE() {
  static TFLMRegistration r = tflite::micro::RegisterOp(HalveInit, HalvePrepare, HalveEval);
  return &r;
}

alignas(16) uint8_t tensor_arena[4096];

int Tests() {
  struct {
    int calls;
  } seen{0};
  TF_LITE_MICRO_TEST(TestHalve) {
    tflite::MicroMutableOpResolver<1> resolver;
    TF_LITE_MICRO_EXPECT_EQ(resolver.AddCustom("Halve", Register_HALVE()), kTfLiteOk);
    tflite::MicroInterpreter interpreter(tflite::GetModel(g_model), resolver, tensor_arena,
                                         sizeof(tensor_arena));
    TF_LITE_MICRO_EXPECT_EQ(interpreter.AllocateTensors(), kTfLiteOk);
    TF_LITE_MICRO_EXPECT_EQ(interpreter.SetMicroExternalContext(&seen.calls), kTfLiteOk);
    for (int i = 0; i < 6; ++i) {
      interpreter.input(0)->data.int8[i] = static_cast<int8_t>(20 * i);
    }
    TF_LITE_MICRO_EXPECT_EQ(interpreter.Invoke(), kTfLiteOk);
    for (int i = 0; i < 6; ++i) {
      TF_LITE_MICRO_EXPECT_NEAR(interpreter.output(0)->data.int8[i], 10 * i, 0);
    }
    TF_LITE_MICRO_EXPECT_GT(seen.calls, 0);
    TF_LITE_MICRO_EXPECT_STRING_EQ("a", "a");
    TF_LITE_MICRO_EXPECT_FALSE(seen.calls == 2);
  }
  return micro_test::Finish();
}

}  // namespace

void setup() {}

void loop() { g_answer = Tests(); }
