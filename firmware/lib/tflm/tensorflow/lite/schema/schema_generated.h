// The root of a .tflite model. Upstream generates this header from the schema; here it gives the
// same names over a bounds-checked reader (tensorflow/lite/micro/model_reader.h).

#ifndef TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_
#define TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_

#include <stddef.h>
#include <stdint.h>

#include "tensorflow/lite/schema/flatbuffer_views.h"

#define TFLITE_SCHEMA_VERSION 3

namespace tflite {

// Operator numbers of the .tflite schema, for the ops that lib/tflm knows (ops.def) and the two
// special ones.
enum BuiltinOperator : int32_t {
#define MCUFORGE_BUILTIN(NAME, code) BuiltinOperator_##NAME = code,
#include "tensorflow/lite/schema/builtin_operators.def"
#undef MCUFORGE_BUILTIN
};

// Types of tensors in the .tflite schema.
enum TensorType : int8_t {
#define MCUFORGE_TENSOR_TYPE(NAME, number) TensorType_##NAME = number,
#include "tensorflow/lite/schema/tensor_types.def"
#undef MCUFORGE_TENSOR_TYPE
};

// The number of an op's options in the schema (enum BuiltinOptions), for the ops that read them;
// 0 for the others.
constexpr uint8_t OptionsOf(BuiltinOperator code) {
  switch (code) {
    case BuiltinOperator_CONV_2D:
      return 1;
    case BuiltinOperator_DEPTHWISE_CONV_2D:
      return 2;
    case BuiltinOperator_AVERAGE_POOL_2D:
    case BuiltinOperator_MAX_POOL_2D:
      return 5;
    case BuiltinOperator_SVDF:
      return 6;
    case BuiltinOperator_FULLY_CONNECTED:
      return 8;
    case BuiltinOperator_SOFTMAX:
      return 9;
    case BuiltinOperator_CONCATENATION:
      return 10;
    case BuiltinOperator_ADD:
      return 11;
    case BuiltinOperator_RESIZE_BILINEAR:
      return 15;
    case BuiltinOperator_MUL:
      return 21;
    case BuiltinOperator_GATHER:
      return 23;
    case BuiltinOperator_SUB:
      return 28;
    case BuiltinOperator_STRIDED_SLICE:
      return 32;
    case BuiltinOperator_TRANSPOSE_CONV:
      return 49;
    case BuiltinOperator_PACK:
      return 59;
    case BuiltinOperator_UNPACK:
      return 64;
    case BuiltinOperator_UNIDIRECTIONAL_SEQUENCE_LSTM:
      return 71;
    case BuiltinOperator_RESIZE_NEAREST_NEIGHBOR:
      return 74;
    case BuiltinOperator_LEAKY_RELU:
      return 75;
    case BuiltinOperator_CALL_ONCE:
      return 103;
    case BuiltinOperator_VAR_HANDLE:
      return 111;
    case BuiltinOperator_SPACE_TO_DEPTH:
      return 19;
    case BuiltinOperator_MIRROR_PAD:
      return 77;
    case BuiltinOperator_DEPTH_TO_SPACE:
      return 94;
    case BuiltinOperator_L2_NORMALIZATION:
      return 12;
    case BuiltinOperator_DIV:
      return 29;
    case BuiltinOperator_BATCH_MATMUL:
      return 101;
    case BuiltinOperator_CUMSUM:
      return 102;
    case BuiltinOperator_IF:
      return 92;
    case BuiltinOperator_WHILE:
      return 93;
    default:
      return 0;
  }
}

// Points at the first byte of the flatbuffer; never made, only cast to. What leads from it to other
// parts (schema/model_parts.h) reads without bounds: for models that are trusted.
class SubGraph;
class OperatorCode;
class Buffer;
class Metadata;
class Model {
 public:
  // The schema version that the model says, 0 if it is no .tflite model.
  uint32_t version() const;
  const flatbuffers::Vector<flatbuffers::Offset<SubGraph>>* subgraphs() const;
  const flatbuffers::Vector<flatbuffers::Offset<OperatorCode>>* operator_codes() const;
  const flatbuffers::String* description() const;
  const flatbuffers::Vector<flatbuffers::Offset<Buffer>>* buffers() const;
  const flatbuffers::Vector<flatbuffers::Offset<Metadata>>* metadata() const;
};

// How many bytes belong to `model`: what GetModel was told, else as many as a flatbuffer can have.
uint32_t ModelBytes(const Model* model);

// The model of `size` bytes at `buffer`, which is 4-byte aligned and outlives every interpreter.
// Never reads beyond `size` afterwards, whatever the bytes are.
const Model* GetModel(const void* buffer, size_t size);

// Upstream's form. The extent is not known here, so only a trusted model may come this way.
const Model* GetModel(const void* buffer);

// An array knows its size: the same call as upstream's, and the bounds come with it.
template <size_t N>
const Model* GetModel(const unsigned char (&array)[N]) {
  return GetModel(array, N);
}

}  // namespace tflite

#include "tensorflow/lite/schema/enum_names.h"
#include "tensorflow/lite/schema/model_parts.h"

#endif  // TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_
