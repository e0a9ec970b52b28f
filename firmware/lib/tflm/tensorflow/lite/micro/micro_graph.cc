#include "tensorflow/lite/micro/micro_graph.h"

#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/op.h"

namespace tflite {
namespace {

class InterpreterGraph final : public MicroGraph {
 public:
  // Whose op is asking; null in generated code, which has no model.
  void Open(const tflm::ModelReader* reader) { reader_ = reader; }

  TfLiteStatus InvokeSubgraph(int subgraph_idx) override {
    MicroPrintf("subgraph %d: a custom op cannot run it; IF and WHILE can", subgraph_idx);
    return kTfLiteError;
  }
  size_t NumSubgraphInputs(int subgraph_idx) override {
    return Count(subgraph_idx, tflm::subgraph_field::kInputs);
  }
  size_t NumSubgraphOutputs(int subgraph_idx) override {
    return Count(subgraph_idx, tflm::subgraph_field::kOutputs);
  }
  TfLiteEvalTensor* GetSubgraphInput(int, int) override { return nullptr; }
  TfLiteEvalTensor* GetSubgraphOutput(int, int) override { return nullptr; }
  int NumSubgraphs() override { return reader_ ? static_cast<int>(Subgraphs().count) : 0; }

 private:
  tflm::ModelReader::Vector Subgraphs() const {
    return reader_->FieldVector(reader_->Root(), tflm::model_field::kSubgraphs, 4);
  }
  size_t Count(int subgraph_idx, uint32_t field) {
    if (subgraph_idx < 0 || subgraph_idx >= NumSubgraphs()) {
      return 0;
    }
    const auto index = static_cast<uint32_t>(subgraph_idx);
    return reader_->FieldVector(reader_->TableAt(Subgraphs(), index), field, 4).count;
  }

  const tflm::ModelReader* reader_ = nullptr;
};

}  // namespace

MicroGraph& MicroContext::graph() {
  if (MicroGraph::InTest()) {
    return *MicroGraph::InTest();
  }
  static InterpreterGraph graph;
  graph.Open(tensors_size != 0 ? &static_cast<tflm::OpContext*>(impl_)->reader() : nullptr);
  return graph;
}

}  // namespace tflite
