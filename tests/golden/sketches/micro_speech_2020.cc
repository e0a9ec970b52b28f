// In the manner of micro speech of 2020: ops that are added one by one, with a reporter.

#include <TensorFlowLite.h>

#include "sketch.h"
#include "tensorflow/lite/micro/kernels/micro_ops.h"
#include "tensorflow/lite/micro/micro_error_reporter.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

namespace {
tflite::ErrorReporter* error_reporter = nullptr;
tflite::MicroInterpreter* interpreter = nullptr;
TfLiteTensor* model_input = nullptr;
alignas(16) uint8_t tensor_arena[20 * 1024];
}  // namespace

void setup() {
  static tflite::MicroErrorReporter micro_error_reporter;
  error_reporter = &micro_error_reporter;
  static tflite::MicroMutableOpResolver<5> resolver(error_reporter);
  if (resolver.AddConv2D() != kTfLiteOk || resolver.AddMaxPool2D() != kTfLiteOk ||
      resolver.AddReshape() != kTfLiteOk || resolver.AddFullyConnected() != kTfLiteOk ||
      resolver.AddSoftmax() != kTfLiteOk) {
    return;
  }
  static tflite::MicroInterpreter static_interpreter(tflite::GetModel(g_model), resolver,
                                                     tensor_arena, sizeof(tensor_arena),
                                                     error_reporter, nullptr, nullptr);
  interpreter = &static_interpreter;
  if (interpreter->AllocateTensors() != kTfLiteOk) {
    error_reporter->Report("AllocateTensors() failed");
    return;
  }
  model_input = interpreter->input(0);
  if (model_input->dims->size != 4 || model_input->dims->data[0] != 1 ||
      model_input->type != kTfLiteInt8) {
    error_reporter->Report("Bad input tensor parameters in model");
    model_input = nullptr;
  }
}

void loop() {
  if (model_input == nullptr) {
    return;
  }
  for (size_t i = 0; i < model_input->bytes; ++i) {
    model_input->data.int8[i] = -128;
  }
  const TfLiteStatus invoke_status = interpreter->Invoke();
  TfLiteTensor* const output = interpreter->output(0);
  uint8_t top = 0;
  for (int i = 1; i < 10; ++i) {
    top = output->data.int8[i] > output->data.int8[top] ? static_cast<uint8_t>(i) : top;
  }
  TF_LITE_REPORT_ERROR(error_reporter, "Heard %d (%d) @%dms", top, output->data.int8[top], 20);
  g_answer = invoke_status == kTfLiteOk ? 0 : 1;
}
