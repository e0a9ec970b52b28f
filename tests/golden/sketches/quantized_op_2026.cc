// A custom op that takes weights with one scale a channel, and its parameters as a builtin op has
// them.

#include "sketch.h"
#include "tensorflow/lite/core/c/builtin_op_data.h"
#include "tensorflow/lite/core/c/common.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

namespace {

struct OpData {
  TfLiteConvParams params;
  int32_t axis;
  int32_t channels;
  float scales[8];
};

TfLiteStatus ChannelScale(const TfLiteTensor* filter, OpData* data) {
  if (filter->quantization.type != kTfLiteAffineQuantization) {
    return kTfLiteError;
  }
  const auto* affine =
      reinterpret_cast<const TfLiteAffineQuantization*>(filter->quantization.params);
  if (affine->scale->size != affine->zero_point->size || affine->scale->size > 8) {
    return kTfLiteError;
  }
  data->channels = affine->scale->size;
  data->axis = affine->quantized_dimension;
  for (int i = 0; i < affine->scale->size; ++i) {
    data->scales[i] = affine->scale->data[i];
    if (affine->zero_point->data[i] != 0) {
      return kTfLiteError;
    }
  }
  return kTfLiteOk;
}

void* Init(TfLiteContext* context, const char*, size_t) {
  return context->AllocatePersistentBuffer(context, sizeof(OpData));
}

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  OpData* const data = static_cast<OpData*>(node->user_data);
  data->params = {};
  data->params.padding = kTfLitePaddingSame;
  data->params.stride_width = data->params.stride_height = 1;
  data->params.activation = kTfLiteActRelu6;
  tflite::MicroContext* const micro_context = tflite::GetMicroContext(context);
  TfLiteTensor* const input = micro_context->AllocateTempInputTensor(node, 0);
  TfLiteTensor* const filter = micro_context->AllocateTempInputTensor(node, 1);
  TF_LITE_ENSURE(context, input != nullptr && filter != nullptr);
  TF_LITE_ENSURE_EQ(context, filter->allocation_type, kTfLiteMmapRo);
  TF_LITE_ENSURE_EQ(context, input->allocation_type, kTfLiteArenaRw);
  TF_LITE_ENSURE_EQ(context, filter->bytes, sizeof(int8_t) * 3 * 2);
  const auto* affine =
      reinterpret_cast<const TfLiteAffineQuantization*>(input->quantization.params);
  TF_LITE_ENSURE_EQ(context, affine->scale->data[0], input->params.scale);
  TF_LITE_ENSURE_EQ(context, affine->zero_point->data[0], input->params.zero_point);
  TF_LITE_ENSURE_STATUS(ChannelScale(filter, data));
  micro_context->DeallocateTempTfLiteTensor(input);
  micro_context->DeallocateTempTfLiteTensor(filter);
  return kTfLiteOk;
}

// The scales in eighths.
TfLiteStatus Eval(TfLiteContext* context, TfLiteNode* node) {
  const OpData& data = *static_cast<const OpData*>(node->user_data);
  int8_t* const out =
      tflite::micro::GetTensorData<int8_t>(tflite::micro::GetEvalOutput(context, node, 0));
  for (int i = 0; i < data.channels; ++i) {
    out[i] = static_cast<int8_t>(8 * data.scales[i]);
  }
  return data.params.activation == kTfLiteActRelu6 && data.axis == 0 ? kTfLiteOk : kTfLiteError;
}

alignas(16) uint8_t tensor_arena[2048];

}  // namespace

void setup() {}

void loop() {
  static const TFLMRegistration registration = tflite::micro::RegisterOp(Init, Prepare, Eval);
  tflite::MicroMutableOpResolver<1> resolver;
  resolver.AddCustom("Scales", &registration);
  tflite::MicroInterpreter interpreter(tflite::GetModel(g_model), resolver, tensor_arena,
                                       sizeof(tensor_arena));
  if (interpreter.AllocateTensors() != kTfLiteOk || interpreter.Invoke() != kTfLiteOk) {
    return;
  }
  const int8_t* const scales = interpreter.output(0)->data.int8;
  g_answer = scales[0] == 2 && scales[1] == 4 && scales[2] == 8 ? 0 : 1;
}
