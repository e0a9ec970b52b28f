// Runs one model in one arena.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_INTERPRETER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_INTERPRETER_H_

#include <stddef.h>
#include <stdint.h>

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/graph.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"
#include "tensorflow/lite/micro/micro_profiler_interface.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflite {

class MicroResourceVariables;

class MicroInterpreter {
 public:
  // All must outlive the interpreter. `resource_variables` is ignored: variables live in the arena
  // by themselves.
  MicroInterpreter(const Model* model, const MicroOpResolver& op_resolver, uint8_t* tensor_arena,
                   size_t tensor_arena_size, MicroResourceVariables* resource_variables = nullptr,
                   MicroProfilerInterface* profiler = nullptr);
  MicroInterpreter(const MicroInterpreter&) = delete;
  MicroInterpreter& operator=(const MicroInterpreter&) = delete;

  // Validates the model, prepares every op and plans the arena. kTfLiteError, with a message that
  // says which op or tensor and why, when the model is malformed, an op is not there or refuses, or
  // the arena is too small.
  TfLiteStatus AllocateTensors();

  // Computes the outputs from the inputs. Inputs may be overwritten.
  TfLiteStatus Invoke();

  // Variables back to their initial state.
  TfLiteStatus Reset();

  size_t inputs_size() const { return inputs_.count; }
  size_t outputs_size() const { return outputs_.count; }
  // Null before AllocateTensors succeeded and for an index out of range.
  TfLiteTensor* input(size_t index) {
    return index < inputs_.count && ready_ ? &api_tensors_[index] : nullptr;
  }
  TfLiteTensor* output(size_t index) {
    return index < outputs_.count && ready_ ? &api_tensors_[inputs_.count + index] : nullptr;
  }
  template <class T>
  T* typed_input_tensor(int index) {
    return static_cast<T*>(input(static_cast<size_t>(index))->data.data);
  }
  template <class T>
  T* typed_output_tensor(int index) {
    return static_cast<T*>(output(static_cast<size_t>(index))->data.data);
  }

  // After AllocateTensors: the least tensor_arena_size (16-byte aligned arena) with which it
  // succeeds. After it failed for lack of memory: what was used until then.
  size_t arena_used_bytes() const { return arena_used_bytes_; }
  TfLiteStatus initialization_status() const { return initialization_status_; }

  // For tools that show the memory plan; no part of upstream's API.
  const tflm::Graph& graph() const { return graph_; }

 private:
  TfLiteStatus ReadModel();
  // The resolver's slot for an operator code, its count() (with a message) if it has none. `node`
  // is for the message.
  uint32_t FindOp(uint32_t node, const tflm::ModelReader::Table& code_table) const;
  TfLiteStatus PrepareNodes();
  TfLiteStatus MakeApiTensors();
  // Gives such tensors their zero point.
  void ResetVariableTensors();

  tflm::Graph graph_;
  const MicroOpResolver& resolver_;
  MicroProfilerInterface* const profiler_;
  tflm::ModelReader::Vector operator_codes_;
  tflm::ModelReader::Vector inputs_{0, 0};   // tensor indices
  tflm::ModelReader::Vector outputs_{0, 0};  // tensor indices
  TfLiteTensor* api_tensors_;                // the inputs, then the outputs
  uint32_t arena_used_bytes_ = 0;
  TfLiteStatus initialization_status_;
  bool ready_ = false;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_INTERPRETER_H_
