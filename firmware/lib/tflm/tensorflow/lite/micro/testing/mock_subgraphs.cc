#include "tensorflow/lite/micro/testing/mock_subgraphs.h"

#include <cstring>

#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/kernels/op_macros.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/micro_graph.h"
#include "tensorflow/lite/micro/mock_micro_graph.h"
#include "tensorflow/lite/micro/variables.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace tflm {
namespace {

// Of an op of a mock subgraph, its only option.
int IndexOf(const TfLiteNode* node) {
  return *static_cast<const uint8_t*>(node->custom_initial_data);
}
constexpr char kIndices[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
static_assert(sizeof(kIndices) == tflite::MockMicroGraph::kSubgraphs, "an option for each");

TfLiteStatus PrepareMock(TfLiteContext* context, TfLiteNode* node) {
  tflite::MicroContext* const micro = tflite::GetMicroContext(context);
  tflite::MicroGraph& graph = micro->graph();
  const int index = IndexOf(node);
  TF_LITE_ENSURE_EQ(context, static_cast<size_t>(node->inputs->size),
                    graph.NumSubgraphInputs(index));
  TF_LITE_ENSURE_EQ(context, static_cast<size_t>(node->outputs->size),
                    graph.NumSubgraphOutputs(index));
  TF_LITE_ENSURE_EQ(context, micro->AllocateTempInputTensor(node, 0)->bytes,
                    graph.GetSubgraphInput(index, 0)->bytes);
  TF_LITE_ENSURE_EQ(context, micro->AllocateTempOutputTensor(node, 0)->bytes,
                    graph.GetSubgraphOutput(index, 0)->bytes);
  return kTfLiteOk;
}

TfLiteStatus InvokeMock(TfLiteContext* context, TfLiteNode* node) {
  tflite::MicroGraph& graph = tflite::GetMicroContext(context)->graph();
  const int index = IndexOf(node);
  const TfLiteEvalTensor* const input = tflite::micro::GetEvalInput(context, node, 0);
  std::memcpy(graph.GetSubgraphInput(index, 0)->data.data, input->data.data, input->bytes);
  TF_LITE_ENSURE_STATUS(graph.InvokeSubgraph(index));
  TfLiteEvalTensor* const output = tflite::micro::GetEvalOutput(context, node, 0);
  std::memcpy(output->data.data, graph.GetSubgraphOutput(index, 0)->data.data, output->bytes);
  return kTfLiteOk;
}

// A branch of an IF with these tensors: the op's inputs, but for the condition, then its outputs.
TestSubgraph Branch(const TestSubgraph& main, int index) {
  TestSubgraph branch;
  const TestOp& op = main.ops[0];
  const auto add = [&](int tensor) {
    branch.tensors.push_back(main.tensors[static_cast<size_t>(tensor)]);
    branch.is_constant.push_back(false);
    return static_cast<int>(branch.tensors.size()) - 1;
  };
  for (size_t i = 1; i < op.inputs.size(); ++i) {
    branch.inputs.push_back(add(op.inputs[i]));
  }
  for (const int output : op.outputs) {
    branch.outputs.push_back(add(output));
  }
  branch.ops = {{tflite::BuiltinOperator_CUSTOM, kMockSubgraphName, nullptr, &kIndices[index], 1,
                 branch.inputs, branch.outputs}};
  return branch;
}

TestSubgraph Assignment() {
  static const uint8_t one = 1;
  static const TfLiteVarHandleParams no_name = {"", ""};
  static TfLiteIntArray no_dims = {0, {}};
  TfLiteTensor value{};
  value.dims = &no_dims;
  value.type = kTfLiteInt8;
  value.bytes = sizeof(one);
  value.data.raw_const = reinterpret_cast<const char*>(&one);
  TfLiteTensor handle = value;
  handle.type = kTfLiteResource;
  return {{handle, value},
          {false, true},
          {},
          {},
          {{tflite::BuiltinOperator_VAR_HANDLE, nullptr, &no_name, nullptr, 0, {}, {0}},
           {tflite::BuiltinOperator_ASSIGN_VARIABLE, nullptr, nullptr, nullptr, 0, {0, 1}, {}}}};
}

}  // namespace

void AddMockSubgraphs(std::vector<TestSubgraph>* subgraphs) {
  const int32_t code = subgraphs->front().ops[0].code;
  const bool is_if = code == tflite::BuiltinOperator_IF;
  for (int i = 1; (is_if || code == tflite::BuiltinOperator_CALL_ONCE) &&
                  i < tflite::MockMicroGraph::kSubgraphs;
       ++i) {
    subgraphs->push_back(is_if ? Branch(subgraphs->front(), i) : Assignment());
  }
}

const TFLMRegistration& MockSubgraphOp() {
  static const TFLMRegistration op = {nullptr, nullptr, PrepareMock, InvokeMock,
                                      nullptr, 0,       nullptr};
  return op;
}

uint8_t* OnceVariable(const Graph& graph) {
  return graph.variables != 0 ? graph.arena + VariableAt(graph, graph.variables).data : nullptr;
}

}  // namespace tflm
