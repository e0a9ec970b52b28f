// In the manner of upstream's benchmarks, of 2020 and of today; and how a model and a custom op's
// options are looked at.

#include <cstring>
#include <new>

#include "sketch.h"
#include "tensorflow/lite/micro/benchmarks/micro_benchmark.h"
#include "tensorflow/lite/micro/flatbuffer_utils.h"
#include "tensorflow/lite/micro/kernels/all_ops_resolver.h"
#include "tensorflow/lite/micro/memory_planner/greedy_memory_planner.h"
#include "tensorflow/lite/micro/memory_planner/linear_memory_planner.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_profiler.h"
#include "tensorflow/lite/micro/testing/micro_test.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace {

using Runner = tflite::MicroBenchmarkRunner<int8_t>;

constexpr int kArenaBytes = 20 * 1024;
alignas(16) uint8_t g_arena[kArenaBytes];
alignas(16) uint8_t g_runner[sizeof(Runner)];

Runner* CreateRunner(tflite::MicroProfiler* profiler) {
  static tflite::ops::micro::AllOpsResolver resolver;
  return new (g_runner) Runner(g_model, &resolver, g_arena, kArenaBytes, profiler);
}

void TestRunner() {
  static tflite::MicroProfiler profiler;
  Runner* const runner = CreateRunner(&profiler);
  TF_LITE_MICRO_EXPECT_EQ(runner->NumInputs(), 1);
  runner->SetRandomInput(1);
  TF_LITE_MICRO_BENCHMARK(runner->RunSingleIteration());
  int8_t input[4096] = {};
  runner->SetInput(input);
  profiler.ClearEvents();
  runner->RunSingleIteration();
  TF_LITE_MICRO_EXPECT_GT(profiler.GetTotalTicks(), 0u);
  runner->PrintAllocations();
  TF_LITE_MICRO_EXPECT_EQ(tflite::TicksToMs(20), 20u);
}

// The first input, by what the file says of it.
void TestModel() {
  const tflite::Model* const model = tflite::GetModel(g_model, g_model_len);
  const tflite::SubGraph* const subgraph = model->subgraphs()->Get(0);
  TF_LITE_MICRO_EXPECT_EQ(tflite::NumSubgraphOperators(model, 0), subgraph->operators()->size());
  const auto index = static_cast<uint32_t>(subgraph->inputs()->Get(0));
  const tflite::Tensor* const input = subgraph->tensors()->Get(index);
  TF_LITE_MICRO_EXPECT_EQ(input->type(), tflite::TensorType_INT8);
  TF_LITE_MICRO_EXPECT_STRING_EQ(tflite::EnumNameTensorType(input->type()), "INT8");
  TF_LITE_MICRO_EXPECT(input->quantization()->scale()->size() == 1);
  TF_LITE_MICRO_EXPECT(input->quantization()->scale()->Get(0) > 0);
  TF_LITE_MICRO_EXPECT_EQ(input->quantization()->zero_point()->size(), 1u);
  TF_LITE_MICRO_EXPECT(input->shape()->Get(0) == 1);
  TF_LITE_MICRO_EXPECT(model->buffers()->Get(input->buffer())->data() == nullptr);
  const auto* const code = model->operator_codes()->Get(0);
  TF_LITE_MICRO_EXPECT_STRING_EQ(tflite::EnumNameBuiltinOperator(code->builtin_code()), "CONV_2D");
  const TfLiteIntArray* const dims = tflite::FlatBufferVectorToTfLiteTypeArray(input->shape());
  TF_LITE_MICRO_EXPECT_EQ(static_cast<uint32_t>(dims->size), input->shape()->size());
  TfLiteIntArray* const copy = TfLiteIntArrayCopy(dims);
  TF_LITE_MICRO_EXPECT(TfLiteIntArrayEqual(copy, dims));
  TfLiteIntArrayFree(copy);
}

void TestPlanners() {
  tflite::GreedyMemoryPlanner greedy;
  tflite::LinearMemoryPlanner linear;
  TF_LITE_MICRO_EXPECT(tflite::MicroAllocator::Create(g_arena, kArenaBytes, &greedy) != nullptr);
  TF_LITE_MICRO_EXPECT(tflite::MicroAllocator::Create(g_arena, kArenaBytes, &linear) != nullptr);
  TF_LITE_MICRO_EXPECT(tflite::MicroAllocator::Create(g_arena, kArenaBytes, nullptr) != nullptr);
}

void TestBuiltins() {
  static tflite::MicroMutableOpResolver<1> resolver;
  TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk,
                          resolver.AddBuiltin(tflite::BuiltinOperator_CONV_2D,
                                              tflite::ops::micro::Register_CONV_2D(), 1, 3));
}

}  // namespace

void setup() {
  TestRunner();
  TestModel();
  TestPlanners();
  TestBuiltins();
  micro_test::EndTest("benchmark");
}

void loop() { g_answer = micro_test::Finish(); }
