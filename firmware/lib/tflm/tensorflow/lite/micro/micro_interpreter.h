// Runs one model in one arena.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_INTERPRETER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_INTERPRETER_H_

#include <stddef.h>
#include <stdint.h>

#include <type_traits>

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/core/api/error_reporter.h"
#include "tensorflow/lite/kernels/internal/tensor_ctypes.h"
#include "tensorflow/lite/micro/graph.h"
#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_context.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"
#include "tensorflow/lite/micro/micro_profiler_interface.h"
#include "tensorflow/lite/portable_type_to_tflitetype.h"
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
  // With a word on whether all tensors are to be preserved: they are not, see GetTensor.
  MicroInterpreter(const Model* model, const MicroOpResolver& op_resolver, uint8_t* tensor_arena,
                   size_t tensor_arena_size, MicroResourceVariables* resource_variables,
                   MicroProfilerInterface* profiler, bool)
      : MicroInterpreter(model, op_resolver, tensor_arena, tensor_arena_size, resource_variables,
                         profiler) {}
  // In what is left of an allocator's arena when AllocateTensors is called.
  MicroInterpreter(const Model* model, const MicroOpResolver& op_resolver,
                   MicroAllocator* allocator, MicroResourceVariables* resource_variables = nullptr,
                   MicroProfilerInterface* profiler = nullptr)
      : MicroInterpreter(model, op_resolver, nullptr, 0, resource_variables, profiler) {
    allocator_ = allocator;
  }
  // With a reporter, as sketches of before 2022 have it; messages go MicroPrintf's way. A template,
  // so that a nullptr is none.
  template <class Reporter,
            class = std::enable_if_t<std::is_convertible<Reporter*, ErrorReporter*>::value>>
  MicroInterpreter(const Model* model, const MicroOpResolver& op_resolver, uint8_t* tensor_arena,
                   size_t tensor_arena_size, Reporter*,
                   MicroResourceVariables* resource_variables = nullptr,
                   MicroProfilerInterface* profiler = nullptr)
      : MicroInterpreter(model, op_resolver, tensor_arena, tensor_arena_size, resource_variables,
                         profiler) {}
  template <class Reporter,
            class = std::enable_if_t<std::is_convertible<Reporter*, ErrorReporter*>::value>>
  MicroInterpreter(const Model* model, const MicroOpResolver& op_resolver,
                   MicroAllocator* allocator, Reporter*,
                   MicroResourceVariables* resource_variables = nullptr,
                   MicroProfilerInterface* profiler = nullptr)
      : MicroInterpreter(model, op_resolver, allocator, resource_variables, profiler) {}
  MicroInterpreter(const MicroInterpreter&) = delete;
  MicroInterpreter& operator=(const MicroInterpreter&) = delete;

  // Validates the model, prepares every op and plans the arena. kTfLiteError, with a message that
  // says which op or tensor and why, when the model is malformed, an op is not there or refuses, or
  // the arena is too small.
  TfLiteStatus AllocateTensors();

  // Computes the outputs from the inputs. Inputs may be overwritten. Another status than kTfLiteOk
  // and kTfLiteError is a custom op's, behind which no op ran, as kTfLiteAbort.
  TfLiteStatus Invoke();

  // Variables back to their initial state.
  TfLiteStatus Reset();
  TfLiteStatus ResetVariableTensors() { return Reset(); }
  // That variable alone, by its index in the subgraph (of which an interpreter's own is 0), after
  // AllocateTensors. kTfLiteError, with a message, for what is no variable of the arena.
  TfLiteStatus ResetVariableTensor(int tensor_index, int subgraph_index);

  size_t inputs_size() const { return inputs_.count; }
  size_t outputs_size() const { return outputs_.count; }
  // The tensors' indices in the model, which is to be a sound one.
  const flatbuffers::Vector<int32_t>& inputs() const { return *Main().inputs(); }
  const flatbuffers::Vector<int32_t>& outputs() const { return *Main().outputs(); }
  // Null before AllocateTensors succeeded and for an index out of range.
  TfLiteTensor* input(size_t index) {
    return index < inputs_.count && ready_ ? &api_tensors_[index] : nullptr;
  }
  TfLiteTensor* output(size_t index) {
    return index < outputs_.count && ready_ ? &api_tensors_[inputs_.count + index] : nullptr;
  }
  TfLiteTensor* input_tensor(size_t index) { return input(index); }
  TfLiteTensor* output_tensor(size_t index) { return output(index); }
  // Null, too, where the tensor has another type.
  template <class T>
  T* typed_input_tensor(int index) {
    return Typed<T>(input(static_cast<size_t>(index)));
  }
  template <class T>
  T* typed_output_tensor(int index) {
    return Typed<T>(output(static_cast<size_t>(index)));
  }
  // An input or output by its index in the model; null for any other tensor, whose memory is
  // another one's by then (preserve_all_tensors).
  TfLiteEvalTensor* GetTensor(int tensor_index, int subgraph_index = 0) {
    for (uint32_t i = 0; ready_ && subgraph_index == 0 && i < inputs_.count + outputs_.count; ++i) {
      const uint32_t at =
          i < inputs_.count ? inputs_.pos + 4 * i : outputs_.pos + 4 * (i - inputs_.count);
      if (static_cast<int>(graph_.reader.U32Inside(at)) == tensor_index) {
        return &api_tensors_[i];
      }
    }
    return nullptr;
  }
  bool preserve_all_tensors() const { return false; }
  // What custom ops get from MicroContext::external_context(), of all interpreters.
  TfLiteStatus SetMicroExternalContext(void* external_context) {
    MicroContext::ExternalContext() = external_context;
    return kTfLiteOk;
  }
  // In place of the constructor's, from the next Invoke on.
  TfLiteStatus SetAlternateProfiler(MicroProfilerInterface* profiler) {
    graph_.profiler = profiler;
    return kTfLiteOk;
  }

  // After AllocateTensors: the least tensor_arena_size (16-byte aligned arena) with which it
  // succeeds. After it failed for lack of memory: what was used until then.
  size_t arena_used_bytes() const { return arena_used_bytes_; }
  TfLiteStatus initialization_status() const { return initialization_status_; }

  // For tools that show the memory plan; no part of upstream's API.
  const tflm::Graph& graph() const { return graph_; }

 private:
  const SubGraph& Main() const {
    return *reinterpret_cast<const Model*>(graph_.reader.data())->subgraphs()->Get(0);
  }
  TfLiteStatus ReadModel();
  TfLiteStatus MakeApiTensors();
  // Gives a variable its zero point. False where the tensor is none that lies in the arena.
  bool ClearVariableTensor(uint32_t index);
  void ClearVariableTensors();
  template <class T>
  static T* Typed(TfLiteTensor* tensor) {
    const bool fits = tensor && tensor->type == typeToTfLiteType<T>();
    return fits ? static_cast<T*>(tensor->data.data) : nullptr;
  }

  tflm::Graph graph_;
  MicroAllocator* allocator_ = nullptr;      // whose arena it is; null: the interpreter's own
  tflm::ModelReader::Vector inputs_{0, 0};   // tensor indices
  tflm::ModelReader::Vector outputs_{0, 0};  // tensor indices
  TfLiteTensor* api_tensors_;                // the inputs, then the outputs
  uint32_t arena_used_bytes_ = 0;
  TfLiteStatus initialization_status_;
  bool ready_ = false;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_INTERPRETER_H_
