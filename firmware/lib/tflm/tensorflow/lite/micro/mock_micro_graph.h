// Ten subgraphs that do nothing but count, for tests of ops that run some.

#ifndef TENSORFLOW_LITE_MICRO_MOCK_MICRO_GRAPH_H_
#define TENSORFLOW_LITE_MICRO_MOCK_MICRO_GRAPH_H_

#include "tensorflow/lite/micro/arena_allocator/single_arena_buffer_allocator.h"
#include "tensorflow/lite/micro/micro_graph.h"

namespace tflite {
namespace micro {

// Each has one input and one output, which are all the same tensor: two floats, of the shape [1,
// 2].
class MockMicroGraph final : public MicroGraph {
 public:
  static constexpr int kSubgraphs = 10;

  // The allocator is not used: the tensor is here.
  explicit MockMicroGraph(SingleArenaBufferAllocator* = nullptr) {
    tensor_.dims = reinterpret_cast<TfLiteIntArray*>(dims_);
    tensor_.data.f = values_;
    tensor_.bytes = sizeof(values_);
    tensor_.type = kTfLiteFloat32;
  }
  MockMicroGraph(const MockMicroGraph&) = delete;
  MockMicroGraph& operator=(const MockMicroGraph&) = delete;

  // kTfLiteError only where there is no such subgraph.
  TfLiteStatus InvokeSubgraph(int subgraph_idx) override {
    if (!Has(subgraph_idx)) {
      return kTfLiteError;
    }
    ++invoke_counts_[subgraph_idx];
    return kTfLiteOk;
  }
  size_t NumSubgraphInputs(int subgraph_idx) override { return Has(subgraph_idx); }
  size_t NumSubgraphOutputs(int subgraph_idx) override { return Has(subgraph_idx); }
  TfLiteEvalTensor* GetSubgraphInput(int, int) override { return &tensor_; }
  TfLiteEvalTensor* GetSubgraphOutput(int, int) override { return &tensor_; }
  int NumSubgraphs() override { return kSubgraphs; }

  // subgraph_idx: one of the ten.
  int get_invoke_count(int subgraph_idx) const { return invoke_counts_[subgraph_idx]; }
  // Its subgraphs have no ops that would be.
  int get_init_count() const { return 0; }
  int get_prepare_count() const { return 0; }
  int get_free_count() const { return 0; }

 private:
  static bool Has(int subgraph_idx) { return subgraph_idx >= 0 && subgraph_idx < kSubgraphs; }

  TfLiteEvalTensor tensor_{};
  int dims_[3] = {2, 1, 2};
  float values_[2] = {};
  int invoke_counts_[kSubgraphs] = {};
};

}  // namespace micro

using micro::MockMicroGraph;

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MOCK_MICRO_GRAPH_H_
