// Writes a .tflite model of one op, for tests that have tensors and no model.

#ifndef TENSORFLOW_LITE_MICRO_TESTING_ONE_OP_MODEL_H_
#define TENSORFLOW_LITE_MICRO_TESTING_ONE_OP_MODEL_H_

#include <stddef.h>
#include <stdint.h>

#include <vector>

#include "tensorflow/lite/c/common.h"

namespace tflm {

struct OneOp {
  int32_t code;                // tflite::BuiltinOperator
  const char* custom_name;     // null for a builtin op
  const void* builtin_data;    // its TfLiteXxxParams, or null
  const char* custom_options;  // bytes, or null
  size_t custom_options_bytes;
};

struct OneOpModel {
  std::vector<uint8_t> bytes;
  std::vector<uint32_t> data;  // of each tensor the position of its contents; 0: it is computed
};

// is_constant: of each tensor whether its contents go along.
OneOpModel WriteOneOpModel(const OneOp& op, const std::vector<TfLiteTensor>& tensors,
                           const std::vector<bool>& is_constant, const TfLiteIntArray& inputs,
                           const TfLiteIntArray& outputs);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_TESTING_ONE_OP_MODEL_H_
