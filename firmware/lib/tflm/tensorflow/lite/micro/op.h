// What an op is to the interpreter, and what the interpreter is to an op.
//
// prepare() validates everything once and keeps what eval() needs; eval() only computes, and can
// fail only where the data themselves are at fault. Neither sees TFLM's public types, so that an op
// costs little flash; custom ops, which are written against the public types, come through one
// adapter (kernels/custom.cc).

#ifndef TENSORFLOW_LITE_MICRO_OP_H_
#define TENSORFLOW_LITE_MICRO_OP_H_

#include <stdint.h>

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/graph.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace tflm {

class OpContext {
 public:
  // `options`: the op's options table, for prepare; it must outlive this.
  OpContext(Graph& graph, uint32_t node_index, const OpEntry& entry,
            const ModelReader::Table* options = nullptr)
      : graph_(graph),
        node_(graph.nodes[node_index]),
        entry_(entry),
        node_index_(node_index),
        options_(options),
        inputs_(graph.IndicesAt(node_.inputs)),
        outputs_(graph.IndicesAt(node_.outputs)) {}

  // ---- in prepare

  uint32_t InputCount() const { return inputs_.count(); }
  uint32_t OutputCount() const { return outputs_.count(); }
  int32_t InputIndex(uint32_t i) const { return static_cast<int32_t>(inputs_.first[i]); }
  int32_t OutputIndex(uint32_t i) const { return static_cast<int32_t>(outputs_.first[i]); }
  // An optional input may be left out or be -1.
  bool HasInput(uint32_t i) const { return i < InputCount() && InputIndex(i) >= 0; }
  // False (with a message) when the op has no such input, or it is malformed.
  bool Input(uint32_t i, TensorInfo* info) const;
  bool Output(uint32_t i, TensorInfo* info) const;

  // Fields of the op's options table, by their number in the schema.
  bool HasOptions() const { return options_->there(); }
  uint8_t OptionU8(uint32_t field, uint8_t fallback) const {
    return graph_.reader.FieldU8(*options_, field, fallback);
  }
  uint32_t OptionU32(uint32_t field, uint32_t fallback) const {
    return graph_.reader.FieldU32(*options_, field, fallback);
  }

  // Memory for the op's parameters, of which nothing is set; null (with a message) when the arena
  // is full. Once an op.
  template <typename T>
  T* NewParams() {
    return static_cast<T*>(NewParams(sizeof(T), alignof(T)));
  }
  void* NewParams(uint32_t bytes, uint32_t alignment = 4);
  // Memory for the time of eval. Once an op.
  void RequestScratch(uint32_t bytes) { node_.scratch = bytes; }
  // Output 0 may be written over input `i`, below 8, if nobody needs that any more.
  void AllowInPlace(uint32_t i) { node_.in_place_inputs |= static_cast<uint8_t>(1u << i); }

#if defined(TF_LITE_STRIP_ERROR_STRINGS)
  TfLiteStatus Fail(const char*) const { return kTfLiteError; }
#else
  // Says which op and why; returns kTfLiteError. `why` reads on after "CONV_2D (node 3): ".
  TfLiteStatus Fail(const char* why) const;
#endif

  // ---- in eval

  template <typename T>
  const T& Params() const {
    return *reinterpret_cast<const T*>(graph_.arena + 4 * node_.params);
  }
  template <typename T = int8_t>
  const T* InputData(uint32_t i) const {
    return reinterpret_cast<const T*>(TensorData(inputs_.first[i]));
  }
  template <typename T = int8_t>
  T* OutputData(uint32_t i) const {
    return reinterpret_cast<T*>(TensorData(outputs_.first[i]));
  }
  // For what only the data show, an index beyond its tensor say: Invoke then ends with an error.
  void FailEval(const char* why) const {
    graph_.eval_status = kTfLiteError;
    Fail(why);
  }
  void* Scratch() const { return graph_.arena + node_.scratch; }
  // Constant data that prepare found at `pos` of the model.
  template <typename T>
  const T* ModelData(uint32_t pos) const {
    return reinterpret_cast<const T*>(graph_.reader.data() + pos);
  }

  Graph& graph() const { return graph_; }
  Node& node() const { return node_; }
  const OpEntry& entry() const { return entry_; }
  uint32_t node_index() const { return node_index_; }
  const ModelReader& reader() const { return graph_.reader; }

 private:
  uint8_t* TensorData(uint32_t index) const { return graph_.Data(graph_.locations[index]); }

  Graph& graph_;
  Node& node_;
  const OpEntry& entry_;
  const uint32_t node_index_;
  const ModelReader::Table* const options_;
  const Graph::Indices inputs_;
  const Graph::Indices outputs_;
};

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_OP_H_
