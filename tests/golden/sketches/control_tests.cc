// Tests of ops that run subgraphs, as upstream writes them: a mock graph that counts, models of a
// few ops, a custom op that asks for the graph, an op's functions without an interpreter.

#include <cstring>

#include "kernel_testing.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/kernels/op_macros.h"
#include "tensorflow/lite/micro/fake_micro_context.h"
#include "tensorflow/lite/micro/kernels/kernel_runner.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/micro_arena_constants.h"
#include "tensorflow/lite/micro/micro_graph.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/mock_micro_graph.h"
#include "tensorflow/lite/micro/test_helper_custom_ops.h"
#include "tensorflow/lite/micro/test_helpers.h"
#include "tensorflow/lite/micro/testing/micro_test.h"

namespace {

using kernel_testing::ExpectAll;
using tflite::testing::CreateTensor;
using tflite::testing::IntArrayFromInts;

void TestBranch(bool holds, int then_runs, int else_runs) {
  int condition_dims[] = {1, 1}, dims[] = {2, 1, 2}, inputs[] = {2, 0, 1}, outputs[] = {1, 2};
  bool condition[] = {holds};
  float values[] = {1.5f, -4}, output[2] = {};
  TfLiteTensor tensors[] = {CreateTensor(condition, IntArrayFromInts(condition_dims)),
                            CreateTensor(values, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(dims))};
  TfLiteIfParams params;
  params.then_subgraph_index = 3;
  params.else_subgraph_index = 9;
  const TFLMRegistration registration = tflite::Register_IF();
  tflite::micro::KernelRunner runner(registration, tensors, 3, IntArrayFromInts(inputs),
                                     IntArrayFromInts(outputs), &params);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.InitAndPrepare());
  TF_LITE_MICRO_EXPECT(runner.ValidateTempBufferDeallocated());
  TF_LITE_MICRO_EXPECT_EQ(0, runner.GetMockGraph()->get_invoke_count(3));
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Invoke());
  ExpectAll(output, values);
  TF_LITE_MICRO_EXPECT_EQ(then_runs, runner.GetMockGraph()->get_invoke_count(3));
  TF_LITE_MICRO_EXPECT_EQ(else_runs, runner.GetMockGraph()->get_invoke_count(9));
  condition[0] = !holds;
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Invoke());
  TF_LITE_MICRO_EXPECT_EQ(1, runner.GetMockGraph()->get_invoke_count(3));
  TF_LITE_MICRO_EXPECT_EQ(1, runner.GetMockGraph()->get_invoke_count(9));
}

void TestOnce(int index, int invokes) {
  int none[] = {0};
  TfLiteCallOnceParams params;
  params.init_subgraph_index = index;
  const TFLMRegistration registration = tflite::Register_CALL_ONCE();
  tflite::micro::KernelRunner runner(registration, nullptr, 0, IntArrayFromInts(none),
                                     IntArrayFromInts(none), &params);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.InitAndPrepare());
  TF_LITE_MICRO_EXPECT_EQ(0, runner.GetMockGraph()->get_invoke_count(index));
  for (int i = 0; i < invokes; ++i) {
    TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Invoke());
  }
  TF_LITE_MICRO_EXPECT_EQ(1, runner.GetMockGraph()->get_invoke_count(index));
  TF_LITE_MICRO_EXPECT_EQ(0, runner.GetMockGraph()->get_invoke_count(index == 1 ? 2 : 1));
}

void TestSumOrProduct(bool holds, float first, float second) {
  alignas(16) uint8_t arena[5000];
  const tflite::Model* const model = tflite::testing::GetSimpleModelWithSubgraphsAndIf();
  tflite::MicroMutableOpResolver<3> resolver;
  resolver.AddIf();
  resolver.AddAdd();
  resolver.AddMul();
  tflite::MicroInterpreter interpreter(model, resolver, arena, sizeof(arena));
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, interpreter.AllocateTensors());
  const float left[] = {6, -0.5f}, right[] = {2, 8};
  interpreter.input(0)->data.b[0] = holds;
  std::memcpy(interpreter.input(1)->data.f, left, sizeof(left));
  std::memcpy(interpreter.input(2)->data.f, right, sizeof(right));
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, interpreter.Invoke());
  TF_LITE_MICRO_EXPECT_EQ(first, interpreter.output(0)->data.f[0]);
  TF_LITE_MICRO_EXPECT_EQ(second, interpreter.output(0)->data.f[1]);
}

// Runs of one value, as long as an arena's alignment each.
void TestPacked(bool holds, const int32_t (&expected)[8]) {
  constexpr int kRun = tflite::MicroArenaBufferAlignment() / static_cast<int>(sizeof(int32_t));
  uint8_t arena[5000];
  tflite::testing::TestingOpResolver resolver;
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, tflite::testing::GetTestingOpResolver(resolver));
  tflite::MicroInterpreter interpreter(
      tflite::testing::GetModelWithIfAndSubgraphInputTensorOverlap(), resolver, arena,
      sizeof(arena));
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, interpreter.AllocateTensors());
  interpreter.input(0)->data.b[0] = holds;
  for (int i = 0; i < 4 * kRun; ++i) {
    if (i < 2 * kRun) {
      interpreter.input(1)->data.i32[i] = 10 + i / kRun;
    }
    interpreter.input(2)->data.i32[i] = 20 + i / kRun;
  }
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, interpreter.Invoke());
  for (int i = 0; i < 8 * kRun; ++i) {
    TF_LITE_MICRO_EXPECT_EQ(expected[i / kRun], interpreter.output(0)->data.i32[i]);
  }
}

void TestRounds(float start, float step, float end) {
  alignas(16) uint8_t arena[5000];
  const tflite::Model* const model = tflite::testing::GetSimpleModelWithSubgraphsAndWhile();
  tflite::MicroMutableOpResolver<3> resolver;
  resolver.AddWhile();
  resolver.AddAdd();
  resolver.AddLess();
  tflite::MicroInterpreter interpreter(model, resolver, arena, sizeof(arena));
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, interpreter.AllocateTensors());
  interpreter.input(0)->data.f[0] = start;
  interpreter.input(1)->data.f[0] = step;
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, interpreter.Invoke());
  TF_LITE_MICRO_EXPECT_EQ(end, interpreter.output(0)->data.f[0]);
  TF_LITE_MICRO_EXPECT_EQ(step, interpreter.output(1)->data.f[0]);
}

// ---- a custom op that runs a subgraph over and over

TfLiteStatus RepeatPrepare(TfLiteContext* context, TfLiteNode* node) {
  tflite::MicroGraph& graph = tflite::GetMicroContext(context)->graph();
  TF_LITE_ENSURE(context, graph.NumSubgraphs() > 2);
  TF_LITE_ENSURE_EQ(context, graph.NumSubgraphInputs(2),
                    static_cast<size_t>(tflite::NumInputs(node)));
  TF_LITE_ENSURE_EQ(context, graph.NumSubgraphOutputs(2),
                    static_cast<size_t>(tflite::NumOutputs(node)));
  TF_LITE_ENSURE_EQ(context, graph.NumSubgraphInputs(10), size_t{0});
  TF_LITE_ENSURE_EQ(context, graph.NumSubgraphOutputs(-1), size_t{0});
  return kTfLiteOk;
}

TfLiteStatus RepeatEval(TfLiteContext* context, TfLiteNode* node) {
  tflite::MicroGraph& graph = tflite::GetMicroContext(context)->graph();
  const TfLiteEvalTensor* const input = tflite::micro::GetEvalInput(context, node, 0);
  TfLiteEvalTensor* const output = tflite::micro::GetEvalOutput(context, node, 0);
  for (int i = 0; i < 4; ++i) {
    TfLiteEvalTensor* const given = graph.GetSubgraphInput(2, 0);
    TF_LITE_ENSURE(context, given != nullptr);
    TF_LITE_ENSURE_EQ(context, tflite::ElementCount(*given->dims),
                      tflite::ElementCount(*input->dims));
    std::memcpy(given->data.f, input->data.f, 2 * sizeof(float));
    TF_LITE_ENSURE_OK(context, graph.InvokeSubgraph(2));
    std::memcpy(output->data.f, graph.GetSubgraphOutput(2, 0)->data.f, 2 * sizeof(float));
  }
  TF_LITE_ENSURE(context, graph.GetResourceVariables() == nullptr);
  return graph.InvokeSubgraph(10) == kTfLiteError ? kTfLiteOk : kTfLiteError;
}

TFLMRegistration Repeat() { return tflite::micro::RegisterOp(nullptr, RepeatPrepare, RepeatEval); }

// A main graph's only one, which an interpreter's graph says.
TfLiteStatus AlonePrepare(TfLiteContext* context, TfLiteNode*) {
  tflite::MicroGraph& graph = tflite::GetMicroContext(context)->graph();
  int buffer = -1;
  TF_LITE_ENSURE_OK(context, context->RequestScratchBufferInArena(context, 12, &buffer));
  TF_LITE_ENSURE_EQ(context, buffer, 0);
  return graph.NumSubgraphs() == 10 ? kTfLiteOk : kTfLiteError;
}

}  // namespace

TF_LITE_MICRO_TESTS_BEGIN

TF_LITE_MICRO_TEST(IfRunsOneBranch) {
  TestBranch(true, 1, 0);
  TestBranch(false, 0, 1);
}

TF_LITE_MICRO_TEST(CallOnceRunsItsSubgraphOnce) {
  TestOnce(1, 1);
  TestOnce(1, 10);
  TestOnce(9, 3);
}

TF_LITE_MICRO_TEST(IfOfAModel) {
  TestSumOrProduct(true, 8, 7.5f);
  TestSumOrProduct(false, 12, -4);
}

TF_LITE_MICRO_TEST(SubgraphsDoNotOverwriteWhatIsStillRead) {
  const int32_t twice[] = {10, 11, 20, 20, 21, 22, 23, 0}, once[] = {20, 21, 22, 23, 10, 11, 0, 0};
  TestPacked(true, twice);
  TestPacked(false, once);
}

TF_LITE_MICRO_TEST(APackerOfAnotherKindIsRefused) {
  int dims[] = {1, 2}, inputs[] = {1, 0}, outputs[] = {1, 1};
  int32_t values[] = {1, 2};
  TfLiteTensor tensors[] = {CreateTensor(values, IntArrayFromInts(dims)),
                            CreateTensor(values, IntArrayFromInts(dims))};
  tflite::micro::KernelRunner runner(*tflite::testing::PackerOp::getRegistration(), tensors, 2,
                                     IntArrayFromInts(inputs), IntArrayFromInts(outputs), nullptr);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteError, runner.InitAndPrepare());
}

TF_LITE_MICRO_TEST(WhileOfAModel) {
  TestRounds(3, 2, 3);
  TestRounds(2, 3, 5);
  TestRounds(-10, 4, 6);
}

TF_LITE_MICRO_TEST(ACustomOpRunsASubgraphOfTheMock) {
  int dims[] = {2, 1, 2}, inputs[] = {1, 0}, outputs[] = {1, 1};
  const float values[] = {0.25f, 9};
  float output[2] = {};
  TfLiteTensor tensors[] = {CreateTensor(values, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(dims))};
  tflite::micro::KernelRunner runner(Repeat(), tensors, 2, IntArrayFromInts(inputs),
                                     IntArrayFromInts(outputs), nullptr);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.InitAndPrepare());
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, runner.Invoke());
  TF_LITE_MICRO_EXPECT_EQ(4, runner.GetMockGraph()->get_invoke_count(2));
  TF_LITE_MICRO_EXPECT_EQ(0, runner.GetMockGraph()->get_invoke_count(1));
  TF_LITE_MICRO_EXPECT_EQ(0, runner.GetMockGraph()->get_init_count());
  TF_LITE_MICRO_EXPECT_EQ(0, runner.GetMockGraph()->get_prepare_count());
  TF_LITE_MICRO_EXPECT_EQ(0, runner.GetMockGraph()->get_free_count());
  ExpectAll(output, values);
}

TF_LITE_MICRO_TEST(FunctionsOfAnOpWithoutAnInterpreter) {
  int dims[] = {2, 1, 2}, inputs[] = {1, 0}, outputs[] = {1, 1};
  const float values[] = {7, -2};
  float output[2] = {};
  TfLiteTensor tensors[] = {CreateTensor(values, IntArrayFromInts(dims)),
                            CreateTensor(output, IntArrayFromInts(dims))};
  alignas(16) uint8_t arena[512];
  tflite::SingleArenaBufferAllocator* const allocator =
      tflite::SingleArenaBufferAllocator::Create(arena, sizeof(arena));
  tflite::MockMicroGraph graph(allocator);
  tflite::FakeMicroContext fake(tensors, allocator, &graph);
  TfLiteContext context = {};
  context.impl_ = static_cast<void*>(&fake);
  context.AllocatePersistentBuffer = tflite::MicroContextAllocatePersistentBuffer;
  context.RequestScratchBufferInArena = tflite::MicroContextRequestScratchBufferInArena;
  context.GetScratchBuffer = tflite::MicroContextGetScratchBuffer;
  context.GetTensor = tflite::MicroContextGetTensor;
  context.GetEvalTensor = tflite::MicroContextGetEvalTensor;
  context.ReportError = tflite::MicroContextReportOpError;
  TfLiteNode node = {};
  node.inputs = IntArrayFromInts(inputs);
  node.outputs = IntArrayFromInts(outputs);
  const TFLMRegistration repeat = Repeat();
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, repeat.prepare(&context, &node));
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, repeat.invoke(&context, &node));
  TF_LITE_MICRO_EXPECT_EQ(4, graph.get_invoke_count(2));
  ExpectAll(output, values);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, AlonePrepare(&context, &node));

  // The fake itself, as an op's context has it.
  TF_LITE_MICRO_EXPECT_EQ(&tensors[1], fake.AllocateTempOutputTensor(&node, 0));
  TF_LITE_MICRO_EXPECT(fake.IsAllTempTfLiteTensorDeallocated());
  TF_LITE_MICRO_EXPECT_EQ(&graph, &fake.graph());
  auto* const kept = static_cast<uint8_t*>(fake.AllocatePersistentBuffer(5));
  TF_LITE_MICRO_EXPECT(kept >= arena && kept + 5 <= arena + sizeof(arena));
  int buffer = -1;
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, fake.RequestScratchBufferInArena(3, &buffer));
  TF_LITE_MICRO_EXPECT_EQ(1, buffer);
  auto* const scratch = static_cast<uint8_t*>(fake.GetScratchBuffer(buffer));
  TF_LITE_MICRO_EXPECT(scratch >= arena && scratch + 3 <= kept);
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteError, fake.RequestScratchBufferInArena(sizeof(arena), &buffer));
  for (int i = 2; i < 12; ++i) {
    TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, fake.RequestScratchBufferInArena(1, &buffer));
  }
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteError, fake.RequestScratchBufferInArena(1, &buffer));
  fake.DeallocateTempTfLiteTensor(&tensors[1]);
}

TF_LITE_MICRO_TESTS_END
