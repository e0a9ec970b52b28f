// A custom op written against TFLM's public types: output = input + (first byte of its options),
// computed by way of persistent and scratch memory, in a model that tests/golden/test_custom_op.py
// makes. argv: model, input bytes as hex. Prints the output as hex, or why not.

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "tensorflow/lite/micro/debug_log.h"
#include "tensorflow/lite/micro/kernels/eval_tensor.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

extern "C" void DebugLog(const char* format, va_list args) {
  char text[200];
  DebugVsnprintf(text, sizeof(text), format, args);
  std::printf("%s\n", text);
}

namespace {

struct Data {
  int8_t addend;
  int scratch;
  int resets;
};

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  Data* const data = static_cast<Data*>(context->AllocatePersistentBuffer(context, sizeof(Data)));
  if (data && length > 0) {
    data->addend = static_cast<int8_t>(buffer[0]);
  }
  return data;
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  Data* const data = static_cast<Data*>(node->user_data);
  const TfLiteTensor* const input = context->GetTensor(context, node->inputs->data[0]);
  const TfLiteTensor* const output = context->GetTensor(context, node->outputs->data[0]);
  if (!data || input->type != kTfLiteInt8 || input->bytes != output->bytes) {
    context->ReportError(context, "AddByte takes int8, as many out as in");
    return kTfLiteError;
  }
  int other = 0;
  return context->RequestScratchBufferInArena(context, 5, &other) == kTfLiteOk
             ? context->RequestScratchBufferInArena(context, input->bytes, &data->scratch)
             : kTfLiteError;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const Data* const data = static_cast<const Data*>(node->user_data);
  const TfLiteEvalTensor* const input = tflite::micro::GetEvalInput(context, node, 0);
  TfLiteEvalTensor* const output = tflite::micro::GetEvalOutput(context, node, 0);
  int8_t* const scratch = static_cast<int8_t*>(context->GetScratchBuffer(context, data->scratch));
  const int count = input->dims->data[1];
  std::memcpy(scratch, tflite::micro::GetTensorData<int8_t>(input), static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    if (scratch[i] == 99) {
      return kTfLiteError;  // so that the test sees an invoke that fails
    }
    tflite::micro::GetTensorData<int8_t>(output)[i] =
        static_cast<int8_t>(scratch[i] + data->addend);
  }
  return kTfLiteOk;
}

void Reset(TfLiteContext*, void* buffer) { ++static_cast<Data*>(buffer)->resets; }

}  // namespace

int main(int, char** argv) {
  std::FILE* const file = std::fopen(argv[1], "rb");
  std::vector<uint8_t> model(1 << 16);
  model.resize(std::fread(model.data(), 1, model.size(), file));
  std::fclose(file);
  TFLMRegistration registration{};
  registration.init = Init;
  registration.prepare = Prepare;
  registration.invoke = Invoke;
  registration.reset = Reset;
  tflite::MicroMutableOpResolver<2> resolver;
  if (resolver.AddCustom("AddByte", &registration) != kTfLiteOk ||
      resolver.AddRelu() != kTfLiteOk) {
    return 1;
  }
  alignas(16) static uint8_t arena[4096];
  tflite::MicroInterpreter interpreter(tflite::GetModel(model.data(), model.size()), resolver,
                                       arena, sizeof(arena));
  if (interpreter.AllocateTensors() != kTfLiteOk) {
    return 2;
  }
  int8_t* const input = interpreter.input(0)->data.int8;
  for (size_t i = 0; i < interpreter.input(0)->bytes; ++i) {
    const char text[3] = {argv[2][2 * i], argv[2][2 * i + 1], '\0'};
    input[i] = static_cast<int8_t>(std::strtol(text, nullptr, 16));
  }
  if (interpreter.Invoke() != kTfLiteOk || interpreter.Reset() != kTfLiteOk) {
    return 3;
  }
  for (size_t i = 0; i < interpreter.output(0)->bytes; ++i) {
    std::printf("%02x", interpreter.output(0)->data.uint8[i]);
  }
  std::printf("\n");
  return 0;
}
