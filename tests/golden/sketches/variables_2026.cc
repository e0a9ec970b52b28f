// A streaming model with upstream's allocator and resource variables; beside it an op of the
// application's that looks at the model's subgraphs.

#include "sketch.h"
#include "tensorflow/lite/kernels/op_macros.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_context.h"
#include "tensorflow/lite/micro/micro_graph.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_resource_variable.h"
#include "tensorflow/lite/micro/testing/micro_test.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace {

TfLiteStatus LookPrepare(TfLiteContext* context, TfLiteNode*) {
  tflite::MicroGraph& graph = tflite::GetMicroContext(context)->graph();
  TF_LITE_ENSURE_EQ(context, graph.NumSubgraphs(), 3);
  TF_LITE_ENSURE_EQ(context, graph.NumSubgraphInputs(0), size_t{1});
  TF_LITE_ENSURE_EQ(context, graph.NumSubgraphOutputs(0), size_t{2});
  TF_LITE_ENSURE_EQ(context, graph.NumSubgraphInputs(1), size_t{0});
  TF_LITE_ENSURE_EQ(context, graph.NumSubgraphInputs(2), size_t{2});
  TF_LITE_ENSURE_EQ(context, graph.NumSubgraphOutputs(2), size_t{3});
  TF_LITE_ENSURE_EQ(context, graph.NumSubgraphInputs(3), size_t{0});
  TF_LITE_ENSURE_EQ(context, graph.NumSubgraphOutputs(-1), size_t{0});
  return kTfLiteOk;
}

TfLiteStatus LookEval(TfLiteContext* context, TfLiteNode* node) {
  tflite::MicroGraph& graph = tflite::GetMicroContext(context)->graph();
  TfLiteEvalTensor* const output = tflite::micro::GetEvalOutput(context, node, 0);
  output->data.int8[0] = static_cast<int8_t>(graph.NumSubgraphs());
  TF_LITE_ENSURE(context, graph.GetSubgraphInput(2, 0) == nullptr);
  TF_LITE_ENSURE(context, graph.GetSubgraphOutput(2, 0) == nullptr);
  return graph.InvokeSubgraph(2) == kTfLiteError ? kTfLiteOk : kTfLiteError;
}

int Tests() {
  TF_LITE_MICRO_TEST(SumsThatAreKept) {
    alignas(16) static uint8_t arena[8 * 1024];
    constexpr int kVariables = 1;
    tflite::MicroAllocator* const allocator = tflite::MicroAllocator::Create(arena, sizeof(arena));
    tflite::MicroResourceVariables* const variables =
        tflite::MicroResourceVariables::Create(allocator, kVariables);
    static const TFLMRegistration look = tflite::micro::RegisterOp(nullptr, LookPrepare, LookEval);
    tflite::MicroMutableOpResolver<6> resolver;
    TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, resolver.AddCallOnce());
    TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, resolver.AddVarHandle());
    TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, resolver.AddReadVariable());
    TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, resolver.AddAssignVariable());
    TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, resolver.AddAdd());
    TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, resolver.AddCustom("Look", &look));
    tflite::MicroInterpreter interpreter(tflite::GetModel(g_model), resolver, allocator, variables);
    TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, interpreter.AllocateTensors());
    const int sums[] = {103, 106, 109};  // from the 100 that CALL_ONCE assigns
    for (const int sum : sums) {
      interpreter.input(0)->data.i32[0] = 3;
      TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, interpreter.Invoke());
      TF_LITE_MICRO_EXPECT_EQ(sum, interpreter.output(0)->data.i32[0]);
      TF_LITE_MICRO_EXPECT_EQ(3, interpreter.output(1)->data.int8[0]);
    }
    // Back to its zero point; CALL_ONCE has been.
    TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, interpreter.Reset());
    interpreter.input(0)->data.i32[0] = 4;
    TF_LITE_MICRO_EXPECT_EQ(kTfLiteOk, interpreter.Invoke());
    TF_LITE_MICRO_EXPECT_EQ(4, interpreter.output(0)->data.i32[0]);
  }
  return micro_test::Finish();
}

}  // namespace

void setup() {}

void loop() { g_answer = Tests(); }
