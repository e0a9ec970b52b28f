// The names of the TFLM API that application and custom ops may use, with upstream's signatures,
// for test_tflm_api.py. Declarations only, and nothing of our own runtime.

#ifndef TENSORFLOW_LITE_C_COMMON_H_
#define TENSORFLOW_LITE_C_COMMON_H_

#include <cstddef>
#include <cstdint>

enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };
enum TfLiteType { kTfLiteNoType = 0, kTfLiteInt8 = 9 };

struct TfLiteIntArray {
  int size;
  int data[1];
};

union TfLitePtrUnion {
  int8_t* int8;
  uint8_t* uint8;
  void* data;
};

struct TfLiteQuantizationParams {
  float scale;
  int32_t zero_point;
};

struct TfLiteTensor {
  TfLiteType type;
  TfLitePtrUnion data;
  TfLiteIntArray* dims;
  TfLiteQuantizationParams params;
  size_t bytes;
};

struct TfLiteEvalTensor {
  TfLitePtrUnion data;
  TfLiteIntArray* dims;
  TfLiteType type;
};

struct TfLiteNode {
  TfLiteIntArray* inputs;
  TfLiteIntArray* outputs;
  void* user_data;
};

struct TfLiteContext {
  void* (*AllocatePersistentBuffer)(TfLiteContext* context, size_t bytes);
};

#endif  // TENSORFLOW_LITE_C_COMMON_H_
