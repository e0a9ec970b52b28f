// What a test's op runs: subgraphs in its model that stand for those of the test's mock graph.

#ifndef TENSORFLOW_LITE_MICRO_TESTING_MOCK_SUBGRAPHS_H_
#define TENSORFLOW_LITE_MICRO_TESTING_MOCK_SUBGRAPHS_H_

#include <vector>

#include "tensorflow/lite/micro/graph.h"
#include "tensorflow/lite/micro/testing/test_model.h"

namespace tflm {

// Behind the main subgraph, whose only op is IF or CALL_ONCE; for other ops nothing. IF's hand
// their input to MicroGraph::InTest() and take their output from there. CALL_ONCE's, which are kept
// as what they assign, assign 1 to a variable of one byte.
void AddMockSubgraphs(std::vector<TestSubgraph>* subgraphs);

// The op that IF's consist of.
constexpr char kMockSubgraphName[] = "mock subgraph";
const TFLMRegistration& MockSubgraphOp();

// CALL_ONCE's variable, which is 1 from when it ran its subgraph; null for a model of another op.
uint8_t* OnceVariable(const Graph& graph);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_TESTING_MOCK_SUBGRAPHS_H_
