// In the manner of person detection of 2020: an image provider, the ops of one network by name with
// their versions' defaults, scores by their category's index, a responder.

#include <TensorFlowLite.h>

#include "sketch.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/core/api/error_reporter.h"
#include "tensorflow/lite/micro/micro_error_reporter.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "tensorflow/lite/version.h"

namespace {

constexpr int kColumns = 24;
constexpr int kRows = 24;
constexpr int kChannels = 1;
constexpr int kPerson = 1;
constexpr int kNoPerson = 0;

tflite::ErrorReporter* error_reporter = nullptr;
const tflite::Model* model = nullptr;
tflite::MicroInterpreter* interpreter = nullptr;
TfLiteTensor* input = nullptr;
constexpr int kTensorArenaSize = 32 * 1024;
static uint8_t tensor_arena[kTensorArenaSize];

// A bright figure on a dark ground, as a camera that gives unsigned bytes.
TfLiteStatus TakePicture(int width, int height, int channels, int8_t* image) {
  for (int i = 0; i < width * height * channels; ++i) {
    const int column = i % width;
    const uint8_t pixel = column > width / 3 && column < 2 * width / 3 ? 240 : 15;
    image[i] = static_cast<int8_t>(pixel ^ 0x80);
  }
  return kTfLiteOk;
}

void Say(tflite::ErrorReporter* reporter, int8_t person, int8_t no_person) {
  TF_LITE_REPORT_ERROR(reporter, "somebody: %d, nobody: %d", person, no_person);
}

}  // namespace

void setup() {
  static tflite::MicroErrorReporter micro_error_reporter;
  error_reporter = &micro_error_reporter;
  model = tflite::GetModel(g_model);
  if (model->version() != TFLITE_SCHEMA_VERSION) {
    TF_LITE_REPORT_ERROR(error_reporter, "schema version %d, not %d", model->version(),
                         TFLITE_SCHEMA_VERSION);
    return;
  }
  static tflite::MicroMutableOpResolver<5> micro_op_resolver;
  micro_op_resolver.AddAveragePool2D();
  micro_op_resolver.AddConv2D();
  micro_op_resolver.AddDepthwiseConv2D();
  micro_op_resolver.AddReshape();
  micro_op_resolver.AddSoftmax();
  static tflite::MicroInterpreter static_interpreter(model, micro_op_resolver, tensor_arena,
                                                     kTensorArenaSize, error_reporter);
  interpreter = &static_interpreter;
  if (interpreter->AllocateTensors() != kTfLiteOk) {
    TF_LITE_REPORT_ERROR(error_reporter, "AllocateTensors() failed");
    return;
  }
  input = interpreter->input(0);
}

void loop() {
  if (input == nullptr || kTfLiteOk != TakePicture(kColumns, kRows, kChannels, input->data.int8)) {
    TF_LITE_REPORT_ERROR(error_reporter, "no picture");
    return;
  }
  if (kTfLiteOk != interpreter->Invoke()) {
    error_reporter->Report("Invoke() failed");
    return;
  }
  const TfLiteTensor* const output = interpreter->output(0);
  // Of int8, whichever member they are read by.
  const int8_t person = output->data.uint8[kPerson];
  const int8_t no_person = output->data.int8[kNoPerson];
  Say(error_reporter, person, no_person);
  g_answer = person > no_person ? 0 : 1;
}
