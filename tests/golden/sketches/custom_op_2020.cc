// A custom op with TfLiteRegistration, checked with the macros, that adds a scratch of the input.

#include "sketch.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include "tensorflow/lite/kernels/op_macros.h"
#include "tensorflow/lite/micro/micro_error_reporter.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

namespace {

constexpr int kInputTensor = 0;
constexpr int kOutputTensor = 0;

struct OpData {
  int32_t elements;
  int scratch;
};

void* Init(TfLiteContext* context, const char*, size_t) {
  TFLITE_DCHECK(context->AllocatePersistentBuffer != nullptr);
  return context->AllocatePersistentBuffer(context, sizeof(OpData));
}

void Free(TfLiteContext*, void*) {}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  TF_LITE_ENSURE_EQ(context, tflite::NumInputs(node), 1);
  TF_LITE_ENSURE_EQ(context, tflite::NumOutputs(node), 1);
  const TfLiteTensor* input = tflite::GetInput(context, node, kInputTensor);
  TF_LITE_ENSURE(context, input != nullptr);
  TfLiteTensor* output = nullptr;
  TF_LITE_ENSURE_OK(context, tflite::GetOutputSafe(context, node, kOutputTensor, &output));
  TF_LITE_ENSURE_TYPES_EQ(context, input->type, output->type);
  TF_LITE_ENSURE_MSG(context, tflite::HaveSameShapes(input, output), "the shapes differ");
  TF_LITE_ENSURE_NEAR(context, input->params.scale, output->params.scale, 1e-6f);
  TF_LITE_ENSURE(context, !tflite::IsConstantTensor(input));
  OpData* const data = static_cast<OpData*>(node->user_data);
  data->elements = static_cast<int32_t>(tflite::NumElements(input));
  return context->RequestScratchBufferInArena(context, input->bytes, &data->scratch);
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const OpData* const data = static_cast<const OpData*>(node->user_data);
  const TfLiteTensor* const input = tflite::GetInput(context, node, kInputTensor);
  TfLiteTensor* const output = tflite::GetOutput(context, node, kOutputTensor);
  int8_t* const scratch = static_cast<int8_t*>(context->GetScratchBuffer(context, data->scratch));
  const int8_t* const from = tflite::GetTensorData<int8_t>(input);
  for (int i = 0; i < data->elements; ++i) {
    scratch[i] = static_cast<int8_t>(from[i] / 2);
  }
  for (int i = 0; i < data->elements; ++i) {
    tflite::GetTensorData<int8_t>(output)[i] = scratch[i];
  }
  return kTfLiteOk;
}

TfLiteRegistration* Register_HALVE() {
  static TfLiteRegistration r = {Init, Free, Prepare, Invoke, nullptr, 0, nullptr, 0};
  return &r;
}

tflite::MicroInterpreter* interpreter = nullptr;
alignas(16) uint8_t tensor_arena[4096];

}  // namespace

void setup() {
  static tflite::MicroErrorReporter reporter;
  static tflite::MicroMutableOpResolver<1> resolver(&reporter);
  resolver.AddCustom("Halve", Register_HALVE());
  static tflite::MicroInterpreter static_interpreter(tflite::GetModel(g_model), resolver,
                                                     tensor_arena, sizeof(tensor_arena), &reporter);
  interpreter = &static_interpreter;
}

void loop() {
  if (interpreter->AllocateTensors() != kTfLiteOk) {
    return;
  }
  for (int i = 0; i < 6; ++i) {
    interpreter->input(0)->data.int8[i] = static_cast<int8_t>(20 * i);
  }
  g_answer = interpreter->Invoke() == kTfLiteOk ? 0 : 1;
  for (int i = 0; i < 6; ++i) {
    g_answer += interpreter->output(0)->data.int8[i] == 10 * i ? 0 : 1;
  }
}
