#ifndef TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_
#define TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_

#include <cstddef>
#include <cstdint>

namespace tflite {

enum BuiltinOperator : int32_t { BuiltinOperator_CUSTOM = 32 };

struct Operator;

class Model {
 public:
  uint32_t version() const;
};

const Model* GetModel(const void* buffer);

// How many inputs and outputs the first graph has; upstream reads them through generated classes.
size_t InputCount(const Model* model);
size_t OutputCount(const Model* model);

}  // namespace tflite

#endif  // TENSORFLOW_LITE_SCHEMA_SCHEMA_GENERATED_H_
