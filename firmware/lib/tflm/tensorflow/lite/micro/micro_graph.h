// The subgraphs of a model, as an op sees them that runs some: MicroContext::graph(). Here IF,
// WHILE and CALL_ONCE go another way (kernels/subgraph.h); this is for custom ops and for tests,
// and linked where one of them asks for it.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_GRAPH_H_
#define TENSORFLOW_LITE_MICRO_MICRO_GRAPH_H_

#include <stddef.h>

#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/micro_context.h"
#include "tensorflow/lite/micro/micro_resource_variable.h"

namespace tflite {

// An interpreter's own says how many there are and what they take and give. It runs none: its
// arena holds those that a builtin op of the model runs, at a place that is that op's.
class MicroGraph {
 public:
  // What MicroContext::graph() leads to instead of the interpreter's own, in tests; null: nothing.
  static MicroGraph*& InTest() {
    static MicroGraph* graph = nullptr;
    return graph;
  }

  // The subgraphs' indices begin at 0, which is the main one; kTfLiteError for one that cannot run.
  virtual TfLiteStatus InvokeSubgraph(int subgraph_idx) = 0;
  // 0 of a subgraph that is not there.
  virtual size_t NumSubgraphInputs(int subgraph_idx) = 0;
  virtual size_t NumSubgraphOutputs(int subgraph_idx) = 0;
  // Null where there is none in memory.
  virtual TfLiteEvalTensor* GetSubgraphInput(int subgraph_idx, int input_idx) = 0;
  virtual TfLiteEvalTensor* GetSubgraphOutput(int subgraph_idx, int output_idx) = 0;
  virtual int NumSubgraphs() = 0;
  // Null: variables live in the arena by themselves.
  virtual MicroResourceVariables* GetResourceVariables() { return nullptr; }

 protected:
  ~MicroGraph() = default;  // nobody owns one by this type
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_GRAPH_H_
