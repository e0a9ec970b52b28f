// The op that an operator code stands for, in models of any age.

#ifndef TENSORFLOW_LITE_SCHEMA_SCHEMA_UTILS_H_
#define TENSORFLOW_LITE_SCHEMA_SCHEMA_UTILS_H_

#include "tensorflow/lite/schema/schema_generated.h"

namespace tflite {

inline BuiltinOperator GetBuiltinCode(const OperatorCode* code) {
  const int32_t deprecated = code->deprecated_builtin_code();
  return deprecated > code->builtin_code() ? static_cast<BuiltinOperator>(deprecated)
                                           : code->builtin_code();
}

}  // namespace tflite

#endif  // TENSORFLOW_LITE_SCHEMA_SCHEMA_UTILS_H_
