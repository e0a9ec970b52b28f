// The C types of the TFLM API: status, tensor, node, context.
//
// Types that live in the arena have the same size with 32-bit and with 64-bit pointers, so that the
// arena that the host computes is the arena that the target needs, to the byte. kPointerPadBytes
// fills 32-bit pointers up.

#ifndef TENSORFLOW_LITE_C_COMMON_H_
#define TENSORFLOW_LITE_C_COMMON_H_

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "tensorflow/lite/micro/micro_log.h"

// Values as in upstream's c_api_types.h. The runtime itself gives the first two.
typedef enum TfLiteStatus {
  kTfLiteOk = 0,
  kTfLiteError = 1,
  kTfLiteDelegateError = 2,
  kTfLiteApplicationError = 3,
  kTfLiteDelegateDataNotFound = 4,
  kTfLiteDelegateDataWriteError = 5,
  kTfLiteDelegateDataReadError = 6,
  kTfLiteUnresolvedOps = 7,
  kTfLiteCancelled = 8,
  kTfLiteOutputShapeNotKnown = 9,
} TfLiteStatus;

typedef enum {
  kTfLiteNoType = 0,
  kTfLiteFloat32 = 1,
  kTfLiteInt32 = 2,
  kTfLiteUInt8 = 3,
  kTfLiteInt64 = 4,
  kTfLiteString = 5,
  kTfLiteBool = 6,
  kTfLiteInt16 = 7,
  kTfLiteComplex64 = 8,
  kTfLiteInt8 = 9,
  kTfLiteFloat16 = 10,
  kTfLiteFloat64 = 11,
  kTfLiteComplex128 = 12,
  kTfLiteUInt64 = 13,
  kTfLiteResource = 14,
  kTfLiteVariant = 15,
  kTfLiteUInt32 = 16,
  kTfLiteUInt16 = 17,
  kTfLiteInt4 = 18,
  kTfLiteBFloat16 = 19,
  kTfLiteInt2 = 20,
  kTfLiteUInt4 = 21,
} TfLiteType;

// In the place of an op's input that is left out.
#define kTfLiteOptionalTensor (-1)

const char* TfLiteTypeGetName(TfLiteType type);
// Bytes of an element; 0 for types without a size of their own.
size_t TfLiteTypeGetSize(TfLiteType type);

// A length and that many ints: the layout of a flatbuffer vector of int32, so `dims` points into
// the model.
typedef struct TfLiteIntArray {
  int size;
  int data[];
} TfLiteIntArray;

inline int TfLiteIntArrayEqualsArray(const TfLiteIntArray* a, int b_size, const int b_data[]) {
  if (a == nullptr) {
    return b_size == 0;
  }
  int i = 0;
  while (a->size == b_size && i < b_size && a->data[i] == b_data[i]) {
    ++i;
  }
  return a->size == b_size && i == b_size;
}
inline int TfLiteIntArrayEqual(const TfLiteIntArray* a, const TfLiteIntArray* b) {
  return a == b || (a && b && TfLiteIntArrayEqualsArray(a, b->size, b->data));
}
inline size_t TfLiteIntArrayGetSizeInBytes(int size) {
  return sizeof(TfLiteIntArray) + static_cast<size_t>(size) * sizeof(int);
}

typedef struct TfLiteFloatArray {
  int size;
  float data[];
} TfLiteFloatArray;
inline size_t TfLiteFloatArrayGetSizeInBytes(int size) {
  return sizeof(TfLiteFloatArray) + static_cast<size_t>(size) * sizeof(float);
}

// On the heap, for tests; null where that is full.
inline TfLiteIntArray* TfLiteIntArrayCreate(int size) {
  auto* const array = static_cast<TfLiteIntArray*>(malloc(TfLiteIntArrayGetSizeInBytes(size)));
  if (array) {
    array->size = size;
  }
  return array;
}
inline TfLiteIntArray* TfLiteIntArrayCopy(const TfLiteIntArray* array) {
  TfLiteIntArray* const copy = array ? TfLiteIntArrayCreate(array->size) : nullptr;
  for (int i = 0; copy && i < array->size; ++i) {
    copy->data[i] = array->data[i];
  }
  return copy;
}
inline void TfLiteIntArrayFree(TfLiteIntArray* array) { free(array); }
inline TfLiteFloatArray* TfLiteFloatArrayCreate(int size) {
  auto* const array = static_cast<TfLiteFloatArray*>(malloc(TfLiteFloatArrayGetSizeInBytes(size)));
  if (array) {
    array->size = size;
  }
  return array;
}
inline void TfLiteFloatArrayFree(TfLiteFloatArray* array) { free(array); }

// Where a tensor's memory comes from. One byte, so that tensors keep their size.
typedef enum TfLiteAllocationType : uint8_t {
  kTfLiteMemNone = 0,
  kTfLiteMmapRo = 1,  // constant, in the model
  kTfLiteArenaRw = 2,
  kTfLiteArenaRwPersistent = 3,
  kTfLiteDynamic = 4,
  kTfLitePersistentRo = 5,
  kTfLiteCustom = 6,
} TfLiteAllocationType;

typedef struct TfLiteQuantizationParams {
  float scale;
  int32_t zero_point;
} TfLiteQuantizationParams;

typedef enum TfLiteQuantizationType : uint8_t {
  kTfLiteNoQuantization = 0,
  kTfLiteAffineQuantization = 1,
} TfLiteQuantizationType;

// One scale and zero point, or one a slice along quantized_dimension.
typedef struct TfLiteAffineQuantization {
  TfLiteFloatArray* scale;
  TfLiteIntArray* zero_point;
  int32_t quantized_dimension;
} TfLiteAffineQuantization;

// params: a TfLiteAffineQuantization, or null. Packed, so that a TfLiteTensor keeps its size; the
// pointer stands where it is aligned all the same. Its room is that of 64-bit hosts, by bits
// without a name, which no initializer sees.
typedef struct __attribute__((packed)) TfLiteQuantization {
  TfLiteQuantizationType type;
  void* params;
#if UINTPTR_MAX == UINT32_MAX
  uint32_t : 32;
#endif
} TfLiteQuantization;

typedef struct TfLiteFloat16 {
  uint16_t data;
} TfLiteFloat16;

typedef union TfLitePtrUnion {
  int32_t* i32;
  uint32_t* u32;
  int64_t* i64;
  uint64_t* u64;
  float* f;
  TfLiteFloat16* f16;
  double* f64;
  char* raw;
  const char* raw_const;
  uint8_t* uint8;
  bool* b;
  int16_t* i16;
  uint16_t* ui16;
  int8_t* int8;
  void* data;
  uint64_t reserved_for_64_bit_hosts;
} TfLitePtrUnion;

// Data, dims and type are what upstream's TfLiteEvalTensor has. The rest is here, too, so that
// every TfLiteTensor is one.
typedef struct TfLiteEvalTensor {
  TfLitePtrUnion data;
  union {
    TfLiteIntArray* dims;
    uint64_t dims_reserved_for_64_bit_hosts;
  };
  TfLiteQuantizationParams params;
  size_t bytes : 32;  // on 64-bit hosts, too
  TfLiteType type : 8;
  bool is_variable;
  TfLiteAllocationType allocation_type;
  TfLiteQuantization quantization;  // of a custom op's tensors; else there is none
} TfLiteEvalTensor;

typedef struct TfLiteTensor : TfLiteEvalTensor {
} TfLiteTensor;

// A node as a custom op sees it.
typedef struct TfLiteNode {
  TfLiteIntArray* inputs;
  TfLiteIntArray* outputs;
  TfLiteIntArray* intermediates;
  void* user_data;                  // what the registration's init returned
  void* builtin_data;               // always null: builtin ops do not go through TfLiteNode here
  const void* custom_initial_data;  // the op's flexbuffer options, in the model
  int custom_initial_data_size;
} TfLiteNode;

// What a custom op may ask of the interpreter.
typedef struct TfLiteContext {
  size_t tensors_size;
  void* impl_;
  // Memory that lives as long as the interpreter; in init and prepare only. Null when the arena is
  // full.
  void* (*AllocatePersistentBuffer)(struct TfLiteContext* context, size_t bytes);
  // Memory for the time of one invoke; in prepare only.
  TfLiteStatus (*RequestScratchBufferInArena)(struct TfLiteContext* context, size_t bytes,
                                              int* buffer_index);
  void* (*GetScratchBuffer)(struct TfLiteContext* context, int buffer_index);
  // By tensor index in the subgraph (node->inputs->data[i]); null where there is no such tensor.
  TfLiteTensor* (*GetTensor)(const struct TfLiteContext* context, int tensor_index);
  TfLiteEvalTensor* (*GetEvalTensor)(const struct TfLiteContext* context, int tensor_index);
  void (*ReportError)(struct TfLiteContext* context, const char* format, ...);
} TfLiteContext;

// The registration of a custom op. Any function but invoke may be null. With that one null it
// stands for a builtin op, as Register_XXX of micro_ops.h makes one: `custom_name` is its
// tflm::OpDef.
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

// The same as sketches of before 2023 have it, and write {init, free, prepare, invoke, ...}. What
// names an op for a profiler is not asked.
struct TfLiteRegistration : TFLMRegistration {
  constexpr TfLiteRegistration(void* (*init_)(TfLiteContext*, const char*, size_t) = nullptr,
                               void (*free_)(TfLiteContext*, void*) = nullptr,
                               TfLiteStatus (*prepare_)(TfLiteContext*, TfLiteNode*) = nullptr,
                               TfLiteStatus (*invoke_)(TfLiteContext*, TfLiteNode*) = nullptr,
                               const char* (*)(const TfLiteContext*, const TfLiteNode*) = nullptr,
                               int32_t code = 0, const char* name = nullptr, int of_version = 0)
      : TFLMRegistration{init_, free_, prepare_, invoke_, nullptr, code, name},
        version(of_version) {}
  int version;
};

#define TF_LITE_KERNEL_LOG(context, ...)            \
  do {                                              \
    (context)->ReportError((context), __VA_ARGS__); \
  } while (false)
#define TF_LITE_MAYBE_KERNEL_LOG(context, ...)        \
  do {                                                \
    if ((context) != nullptr) {                       \
      (context)->ReportError((context), __VA_ARGS__); \
    }                                                 \
  } while (false)

// A function that returns a TfLiteStatus ends with kTfLiteError, and a message that says where,
// unless what they name holds.
#define TFLM_ENSURE_OR(context, condition, ...)   \
  do {                                            \
    if (!(condition)) {                           \
      TF_LITE_KERNEL_LOG((context), __VA_ARGS__); \
      return kTfLiteError;                        \
    }                                             \
  } while (false)
#define TF_LITE_ENSURE_MSG(context, value, ...) TFLM_ENSURE_OR(context, value, __VA_ARGS__)
#define TF_LITE_ENSURE(context, a) \
  TFLM_ENSURE_OR(context, a, "%s:%d: not so: %s", __FILE__, __LINE__, #a)
#define TF_LITE_ENSURE_EQ(context, a, b) \
  TFLM_ENSURE_OR(context, (a) == (b), "%s:%d: not equal: %s, %s", __FILE__, __LINE__, #a, #b)
#define TF_LITE_ENSURE_NEAR(context, a, b, epsilon)                         \
  TFLM_ENSURE_OR(context, ((a) > (b) ? (a) - (b) : (b) - (a)) <= (epsilon), \
                 "%s:%d: farther apart than %s: %s, %s", __FILE__, __LINE__, #epsilon, #a, #b)
#define TF_LITE_ENSURE_TYPES_EQ(context, a, b)                                             \
  TFLM_ENSURE_OR(context, (a) == (b), "%s:%d: types differ: %s is %s, %s is %s", __FILE__, \
                 __LINE__, #a, TfLiteTypeGetName(a), #b, TfLiteTypeGetName(b))
#define TF_LITE_ENSURE_OK(context, status)     \
  do {                                         \
    const TfLiteStatus tflm_status = (status); \
    if (tflm_status != kTfLiteOk) {            \
      return tflm_status;                      \
    }                                          \
  } while (false)
#define TF_LITE_ENSURE_STATUS(status) TF_LITE_ENSURE_OK(nullptr, status)

#endif  // TENSORFLOW_LITE_C_COMMON_H_
