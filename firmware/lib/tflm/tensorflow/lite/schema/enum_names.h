// The schema's names of types and ops, for applications that show them.

#ifndef TENSORFLOW_LITE_SCHEMA_ENUM_NAMES_H_
#define TENSORFLOW_LITE_SCHEMA_ENUM_NAMES_H_

#include "tensorflow/lite/schema/schema_generated.h"

namespace tflite {

// Empty where there is no such type or op.
inline const char* EnumNameTensorType(TensorType type) {
  switch (type) {
#define MCUFORGE_TENSOR_TYPE(NAME, number) \
  case TensorType_##NAME:                  \
    return #NAME;
#include "tensorflow/lite/schema/tensor_types.def"
#undef MCUFORGE_TENSOR_TYPE
  }
  return "";
}
inline const char* EnumNameBuiltinOperator(BuiltinOperator code) {
  switch (code) {
#define MCUFORGE_BUILTIN(NAME, number) \
  case BuiltinOperator_##NAME:         \
    return #NAME;
#include "tensorflow/lite/schema/builtin_operators.def"
#undef MCUFORGE_BUILTIN
  }
  return "";
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_SCHEMA_ENUM_NAMES_H_
