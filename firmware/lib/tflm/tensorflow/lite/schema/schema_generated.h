// The root of a .tflite model. Upstream generates this header from the schema; here it gives the
// same names over a bounds-checked reader (tensorflow/lite/micro/model_reader.h).

#ifndef TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_
#define TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_

#include <stddef.h>
#include <stdint.h>

#define TFLITE_SCHEMA_VERSION 3

namespace tflite {

// Operator numbers of the .tflite schema, for the ops that lib/tflm knows (ops.def) and the two
// special ones.
enum BuiltinOperator : int32_t {
#define MCUFORGE_BUILTIN(NAME, code) BuiltinOperator_##NAME = code,
#include "tensorflow/lite/schema/builtin_operators.def"
#undef MCUFORGE_BUILTIN
};

// Points at the first byte of the flatbuffer; never made, only cast to.
class Model {
 public:
  // The schema version that the model says, 0 if it is no .tflite model.
  uint32_t version() const;
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

#endif  // TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_
