// In the manner of upstream's hello world of today: recording interpreter, profiler, resource
// variables, an allocator.

#include "sketch.h"
#include "tensorflow/lite/core/c/common.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_profiler.h"
#include "tensorflow/lite/micro/micro_resource_variable.h"
#include "tensorflow/lite/micro/recording_micro_interpreter.h"
#include "tensorflow/lite/micro/system_setup.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "tensorflow/lite/schema/schema_utils.h"

namespace {

using OpResolver = tflite::MicroMutableOpResolver<5>;

constexpr int kTensorArenaSize = 20000;
alignas(16) uint8_t tensor_arena[kTensorArenaSize];
alignas(16) uint8_t other_arena[kTensorArenaSize];
tflite::MicroProfiler profiler;

TfLiteStatus RegisterOps(OpResolver& op_resolver) {
  TF_LITE_ENSURE_STATUS(op_resolver.AddConv2D(tflite::Register_CONV_2D_INT8()));
  TF_LITE_ENSURE_STATUS(op_resolver.AddMaxPool2D());
  TF_LITE_ENSURE_STATUS(op_resolver.AddReshape());
  TF_LITE_ENSURE_STATUS(op_resolver.AddFullyConnected(tflite::Register_FULLY_CONNECTED_INT8()));
  TF_LITE_ENSURE_STATUS(op_resolver.AddSoftmax());
  return kTfLiteOk;
}

TfLiteStatus ProfileMemoryAndLatency() {
  const tflite::Model* const model = ::tflite::GetModel(g_model);
  OpResolver op_resolver;
  TF_LITE_ENSURE_STATUS(RegisterOps(op_resolver));
  tflite::RecordingMicroAllocator* const allocator =
      tflite::RecordingMicroAllocator::Create(tensor_arena, kTensorArenaSize);
  tflite::RecordingMicroInterpreter interpreter(
      model, op_resolver, allocator, tflite::MicroResourceVariables::Create(allocator, 4),
      &profiler);
  TF_LITE_ENSURE_STATUS(interpreter.AllocateTensors());
  TFLITE_CHECK_EQ(interpreter.inputs_size(), 1u);
  TF_LITE_ENSURE_STATUS(interpreter.Invoke());
  MicroPrintf("");
  profiler.LogTicksPerTagCsv();
  MicroPrintf("");
  interpreter.GetMicroAllocator().PrintAllocations();
  return profiler.GetTotalTicks() > 0 ? kTfLiteOk : kTfLiteError;
}

TfLiteStatus Run() {
  const tflite::Model* const model = ::tflite::GetModel(g_model);
  const auto* const graph = model->subgraphs()->Get(0);
  const auto first_op = graph->operators()->Get(0)->opcode_index();
  const auto* const code = model->operator_codes()->Get(first_op);
  MicroPrintf("'%s': %u subgraphs, %u tensors, %u ops, the first one %d",
              model->description()->c_str(), static_cast<unsigned>(model->subgraphs()->size()),
              static_cast<unsigned>(graph->tensors()->size()),
              static_cast<unsigned>(graph->operators()->size()),
              static_cast<int>(tflite::GetBuiltinCode(code)));
  if (tflite::GetBuiltinCode(code) != tflite::BuiltinOperator_CONV_2D ||
      graph->tensors()->Get(0)->shape()->Get(1) != 28) {
    return kTfLiteError;
  }
  OpResolver op_resolver;
  TF_LITE_ENSURE_STATUS(RegisterOps(op_resolver));
  tflite::MicroAllocator* const allocator =
      tflite::MicroAllocator::Create(other_arena, kTensorArenaSize);
  tflite::MicroInterpreter interpreter(model, op_resolver, allocator,
                                       tflite::MicroResourceVariables::Create(allocator, 4));
  TF_LITE_ENSURE_STATUS(interpreter.AllocateTensors());
  if (interpreter.typed_input_tensor<float>(0) != nullptr ||
      interpreter.typed_input_tensor<int8_t>(1) != nullptr || interpreter.preserve_all_tensors()) {
    return kTfLiteError;
  }
  TfLiteTensor* const input = interpreter.input_tensor(0);
  if (interpreter.GetTensor(graph->inputs()->Get(0)) != input ||
      input->allocation_type != kTfLiteArenaRw ||
      input->bytes != TfLiteTypeGetSize(input->type) * 28 * 28) {
    return kTfLiteError;
  }
  int8_t* const values = interpreter.typed_input_tensor<int8_t>(0);
  for (size_t i = 0; i < input->bytes; ++i) {
    values[i] = static_cast<int8_t>(i % 100);
  }
  TF_LITE_ENSURE_STATUS(interpreter.SetAlternateProfiler(&profiler));
  TF_LITE_ENSURE_STATUS(interpreter.Invoke());
  TF_LITE_ENSURE_STATUS(interpreter.ResetVariableTensors());
  int sum = 0;
  for (int i = 0; i < 10; ++i) {
    sum += interpreter.typed_output_tensor<int8_t>(0)[i] + 128;
  }
  return sum > 240 && sum < 272 ? kTfLiteOk : kTfLiteError;
}

}  // namespace

void setup() { tflite::InitializeTarget(); }

void loop() {
  const bool fine = ProfileMemoryAndLatency() == kTfLiteOk && Run() == kTfLiteOk;
  g_answer = fine ? 0 : 1;
}
