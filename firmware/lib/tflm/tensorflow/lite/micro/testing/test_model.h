// Writes a .tflite model, for tests that have tensors and no model.

#ifndef TENSORFLOW_LITE_MICRO_TESTING_TEST_MODEL_H_
#define TENSORFLOW_LITE_MICRO_TESTING_TEST_MODEL_H_

#include <stddef.h>
#include <stdint.h>

#include <vector>

#include "tensorflow/lite/c/common.h"

namespace tflm {

struct TestOp {
  int32_t code;                // tflite::BuiltinOperator
  const char* custom_name;     // null for a builtin op
  const void* builtin_data;    // its TfLiteXxxParams, or null
  const char* custom_options;  // bytes, or null
  size_t custom_options_bytes;
  std::vector<int> inputs;  // places in the subgraph's tensors
  std::vector<int> outputs;
};

struct TestSubgraph {
  std::vector<TfLiteTensor> tensors;
  std::vector<bool> is_constant;  // of each tensor whether its contents go along
  std::vector<int> inputs;
  std::vector<int> outputs;
  std::vector<TestOp> ops;
};

struct TestModel {
  std::vector<uint8_t> bytes;
  // Of each tensor, one subgraph's after another's, the position of its contents; 0: it is
  // computed.
  std::vector<uint32_t> data;
};

// The first subgraph is the main one.
TestModel WriteTestModel(const std::vector<TestSubgraph>& subgraphs);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_TESTING_TEST_MODEL_H_
