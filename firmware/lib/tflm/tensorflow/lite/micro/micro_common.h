// The registration of a custom op.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_COMMON_H_
#define TENSORFLOW_LITE_MICRO_MICRO_COMMON_H_

#include "tensorflow/lite/c/common.h"

// Any function but invoke may be null. With that one null it stands for a builtin op, as
// Register_XXX of micro_ops.h makes one: `custom_name` is its tflm::OpDef.
struct TFLMRegistration {
  // Gets the op's flexbuffer options; what it returns becomes node->user_data.
  void* (*init)(TfLiteContext* context, const char* buffer, size_t length);
  void (*free)(TfLiteContext* context, void* buffer);
  TfLiteStatus (*prepare)(TfLiteContext* context, TfLiteNode* node);
  TfLiteStatus (*invoke)(TfLiteContext* context, TfLiteNode* node);
  void (*reset)(TfLiteContext* context, void* buffer);
  int32_t builtin_code;
  const char* custom_name;
};

// The same as sketches of before 2023 have it, and write {init, free, prepare, invoke, ...}.
struct TfLiteRegistration : TFLMRegistration {
  int version;
};

#endif  // TENSORFLOW_LITE_MICRO_MICRO_COMMON_H_
