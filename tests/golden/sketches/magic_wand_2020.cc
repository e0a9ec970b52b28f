// In the manner of magic wand: a window of accelerations and answers in float32.

#include <TensorFlowLite.h>

#include "sketch.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/tflite_bridge/micro_error_reporter.h"

namespace {
tflite::MicroInterpreter* interpreter = nullptr;
alignas(16) uint8_t tensor_arena[8 * 1024];
}  // namespace

void setup() {
  static tflite::MicroErrorReporter reporter;
  static tflite::MicroMutableOpResolver<5> resolver(&reporter);
  resolver.AddQuantize();
  resolver.AddReshape();
  resolver.AddFullyConnected();
  resolver.AddSoftmax();
  resolver.AddDequantize();
  static tflite::MicroInterpreter static_interpreter(tflite::GetModel(g_model), resolver,
                                                     tensor_arena, sizeof(tensor_arena), &reporter);
  interpreter = &static_interpreter;
  interpreter->AllocateTensors();
}

void loop() {
  TfLiteTensor* const model_input = interpreter->input(0);
  if (model_input == nullptr || model_input->type != kTfLiteFloat32 ||
      interpreter->typed_input_tensor<float>(0) != model_input->data.f) {
    return;
  }
  for (size_t i = 0; i < model_input->bytes / sizeof(float); ++i) {
    model_input->data.f[i] = static_cast<float>(i % 7) - 3.0f;
  }
  float sum = 0;
  if (interpreter->Invoke() == kTfLiteOk) {
    for (int i = 0; i < 4; ++i) {
      sum += interpreter->output(0)->data.f[i];
    }
  }
  MicroPrintf("sum %.2f|%5d|%s", static_cast<double>(sum), 42, "end");
  g_answer = sum > 0.97f && sum < 1.03f ? 0 : 1;
}
