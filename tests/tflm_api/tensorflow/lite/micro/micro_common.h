// The names of the TFLM API that application and custom ops may use, as upstream has them since
// October 2026: for the tests, which link them with the machine code of upstream that the wheel
// tflite-micro holds, so layouts and orders are upstream's too. Nothing of our own runtime is here.
//
// All of it is declared in tflite::micro and named again in tflite; the C types are in the global
// namespace too, and come from here: tensorflow/lite/c/common.h has other types of the same names.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_COMMON_H_
#define TENSORFLOW_LITE_MICRO_MICRO_COMMON_H_

#include <cstddef>
#include <cstdint>

namespace tflite {
namespace micro {

enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1, kTfLiteAbort = 15 };
enum TfLiteType {
  kTfLiteNoType = 0,
  kTfLiteFloat32 = 1,
  kTfLiteInt32 = 2,
  kTfLiteInt64 = 4,
  kTfLiteBool = 6,
  kTfLiteInt16 = 7,
  kTfLiteInt8 = 9
};

struct TfLiteIntArray {
  int size;
  int data[1];
};

union TfLitePtrUnion {
  int8_t* int8;
  uint8_t* uint8;
  void* data;
};

struct TfLiteQuantization {
  int type;
  void* params;
};

struct TfLiteQuantizationParams {
  float scale;
  int32_t zero_point;
};

struct TfLiteTensor {
  TfLiteQuantization quantization;
  TfLiteQuantizationParams params;
  TfLitePtrUnion data;
  TfLiteIntArray* dims;
  size_t bytes;
  TfLiteType type;
  int allocation_type;
  bool is_variable;
};

struct TfLiteEvalTensor {
  TfLitePtrUnion data;
  TfLiteIntArray* dims;
  TfLiteType type;
};

struct TfLiteNode {
  TfLiteIntArray* inputs;
  TfLiteIntArray* outputs;
  TfLiteIntArray* intermediates;
  void* user_data;
  void* builtin_data;
  const void* custom_initial_data;
  int custom_initial_data_size;
};

struct TfLiteContext;
void* MicroContextAllocatePersistentBuffer(TfLiteContext* context, size_t bytes);

// Its functions are objects to call, pointers to functions no longer.
struct TfLiteContext {
  void* impl_;

  struct Allocation {
    void* operator()(TfLiteContext* context, size_t bytes) const {
      return MicroContextAllocatePersistentBuffer(context, bytes);
    }
  };
  static constexpr Allocation AllocatePersistentBuffer{};
};

struct TFLMRegistration {
  void* (*init)(TfLiteContext* context, const char* buffer, size_t length);
  void (*free)(TfLiteContext* context, void* buffer);
  TfLiteStatus (*prepare)(TfLiteContext* context, TfLiteNode* node);
  TfLiteStatus (*invoke)(TfLiteContext* context, TfLiteNode* node);
  void (*reset)(TfLiteContext* context, void* buffer);
  int32_t builtin_code;
  const char* custom_name;
};

}  // namespace micro

#define NAMED_AGAIN(Prefix)      \
  using Prefix kTfLiteAbort;     \
  using Prefix kTfLiteError;     \
  using Prefix kTfLiteFloat32;   \
  using Prefix kTfLiteInt32;     \
  using Prefix kTfLiteInt64;     \
  using Prefix kTfLiteBool;      \
  using Prefix kTfLiteInt16;     \
  using Prefix kTfLiteInt8;      \
  using Prefix kTfLiteNoType;    \
  using Prefix kTfLiteOk;        \
  using Prefix TFLMRegistration; \
  using Prefix TfLiteContext;    \
  using Prefix TfLiteEvalTensor; \
  using Prefix TfLiteIntArray;   \
  using Prefix TfLiteNode;       \
  using Prefix TfLiteStatus;     \
  using Prefix TfLiteTensor;     \
  using Prefix TfLiteType;

NAMED_AGAIN(micro::)

}  // namespace tflite

NAMED_AGAIN(::tflite::micro::)
#undef NAMED_AGAIN

#endif  // TENSORFLOW_LITE_MICRO_MICRO_COMMON_H_
