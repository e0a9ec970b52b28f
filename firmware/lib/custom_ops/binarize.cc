// Binarize: the highest value where the input is above a threshold, the lowest elsewhere. int8, as
// many elements out as in. Its options are a flexbuffer of one integer, the threshold in the
// input's quantized units.

#include <cstdint>
#include <new>

#include "custom_ops.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace {

// In the arena, whose size is computed on the host for every board: no pointers, no size_t.
struct State {
  int32_t elements;
  int8_t threshold;
  bool valid;
};

// A flexbuffer of one int8: the value, its packed type, its width in bytes
// (flatbuffers.dev/flatbuffers_internals, "FlexBuffers").
constexpr size_t kOptionsBytes = 3;
constexpr char kTypeInt8 = 1 << 2;

int32_t Elements(const TfLiteEvalTensor& tensor) {
  int32_t elements = 1;
  for (int i = 0; i < tensor.dims->size; ++i) elements *= tensor.dims->data[i];
  return elements;
}

void* Init(TfLiteContext* context, const char* buffer, size_t length) {
  void* const memory = context->AllocatePersistentBuffer(context, sizeof(State));
  if (memory == nullptr) return nullptr;
  const bool valid = length == kOptionsBytes && buffer[1] == kTypeInt8 && buffer[2] == 1;
  return new (memory) State{0, static_cast<int8_t>(valid ? buffer[0] : 0), valid};
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  State* const state = static_cast<State*>(node->user_data);
  if (state == nullptr) return kTfLiteError;  // the arena is full, which was said
  const TfLiteEvalTensor* const input = tflite::micro::GetEvalInput(context, node, 0);
  const TfLiteEvalTensor* const output = tflite::micro::GetEvalOutput(context, node, 0);
  if (!state->valid) {
    MicroPrintf("Binarize: its options are a flexbuffer of one integer in -128..127");
    return kTfLiteError;
  }
  if (input == nullptr || output == nullptr || input->type != kTfLiteInt8 ||
      output->type != kTfLiteInt8 || Elements(*input) != Elements(*output)) {
    MicroPrintf("Binarize: takes one int8 tensor and gives one of as many elements");
    return kTfLiteError;
  }
  state->elements = Elements(*input);
  return kTfLiteOk;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const State& state = *static_cast<const State*>(node->user_data);
  const int8_t* const input =
      tflite::micro::GetTensorData<int8_t>(tflite::micro::GetEvalInput(context, node, 0));
  int8_t* const output =
      tflite::micro::GetTensorData<int8_t>(tflite::micro::GetEvalOutput(context, node, 0));
  for (int32_t i = 0; i < state.elements; ++i) {
    output[i] = input[i] > state.threshold ? INT8_MAX : INT8_MIN;
  }
  return kTfLiteOk;
}

}  // namespace

const TFLMRegistration* custom_ops::RegisterBinarize() {
  static constexpr TFLMRegistration kRegistration = {Init,    nullptr, Prepare, Invoke,
                                                     nullptr, 0,       nullptr};
  return &kRegistration;
}
