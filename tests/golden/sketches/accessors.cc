// Every accessor of the API at its ends: what is there, the last one, and what is not.

#include <cstring>
#include <type_traits>

#include "sketch.h"
#include "tensorflow/lite/c/builtin_op_data.h"
#include "tensorflow/lite/kernels/kernel_util.h"
#include "tensorflow/lite/micro/kernels/kernel_util.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_profiler.h"
#include "tensorflow/lite/micro/recording_micro_interpreter.h"
#include "tensorflow/lite/micro/testing/micro_test.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "tensorflow/lite/schema/schema_utils.h"

namespace {

// Inputs of the op: the model's, a constant of two scales, a variable; its output is RELU's input.
enum { kInput, kConstant, kVariable };

bool g_refuses = false;
bool g_fails = false;
int g_invokes = -1;  // those that the variable counted before this one

TfLiteStatus Prepare(TfLiteContext* context, TfLiteNode* node) {
  tflite::MicroContext* const micro = tflite::GetMicroContext(context);
  TF_LITE_MICRO_EXPECT_EQ(tflite::NumInputs(node), 3);
  TF_LITE_MICRO_EXPECT_EQ(tflite::NumOutputs(node), 1);
  for (int i = -1; i < 4; ++i) {
    const bool there = i >= 0 && i < 3;
    const TfLiteTensor* tensor = nullptr;
    TfLiteTensor* output = nullptr;
    TF_LITE_MICRO_EXPECT_EQ(tflite::GetInput(context, node, i) != nullptr, there);
    TF_LITE_MICRO_EXPECT_EQ(tflite::GetOptionalInputTensor(context, node, i) != nullptr, there);
    TF_LITE_MICRO_EXPECT_EQ(tflite::GetInputSafe(context, node, i, &tensor) == kTfLiteOk, there);
    TF_LITE_MICRO_EXPECT_EQ(tflite::GetOutput(context, node, i) != nullptr, i == 0);
    TF_LITE_MICRO_EXPECT_EQ(tflite::GetOutputSafe(context, node, i, &output) == kTfLiteOk, i == 0);
    TF_LITE_MICRO_EXPECT_EQ(tflite::GetVariableInput(context, node, i) != nullptr, i == kVariable);
    if (i >= 0) {
      TF_LITE_MICRO_EXPECT_EQ(micro->AllocateTempInputTensor(node, i) != nullptr, there);
      TF_LITE_MICRO_EXPECT_EQ(micro->AllocateTempOutputTensor(node, i) != nullptr, i == 0);
      TF_LITE_MICRO_EXPECT_EQ(tflite::micro::GetEvalInput(context, node, i) != nullptr, there);
      TF_LITE_MICRO_EXPECT_EQ(tflite::micro::GetEvalOutput(context, node, i) != nullptr, i == 0);
    }
  }
  TF_LITE_MICRO_EXPECT(context->GetTensor(context, -1) == nullptr);
  TF_LITE_MICRO_EXPECT(context->GetEvalTensor(context, 99) == nullptr);
  TF_LITE_MICRO_EXPECT_EQ(context->tensors_size, 5u);

  const TfLiteTensor* const input = tflite::GetInput(context, node, kInput);
  const TfLiteTensor* const constant = tflite::GetInput(context, node, kConstant);
  TF_LITE_MICRO_EXPECT_EQ(input->bytes, 6u);
  TF_LITE_MICRO_EXPECT_EQ(input->params.zero_point, 3);
  TF_LITE_MICRO_EXPECT_EQ(input->allocation_type, kTfLiteArenaRw);
  TF_LITE_MICRO_EXPECT_FALSE(input->is_variable);
  TF_LITE_MICRO_EXPECT_EQ(constant->allocation_type, kTfLiteMmapRo);
  TF_LITE_MICRO_EXPECT_EQ(constant->data.int8[1], 8);
  TF_LITE_MICRO_EXPECT_EQ(constant->params.scale, 0.5f);  // the first of two
  const auto* const affine =
      reinterpret_cast<const TfLiteAffineQuantization*>(constant->quantization.params);
  TF_LITE_MICRO_EXPECT_EQ(affine->scale->size, 2);
  TF_LITE_MICRO_EXPECT_EQ(affine->quantized_dimension, 0);

  int first = -1;
  int second = -1;
  TF_LITE_MICRO_EXPECT_EQ(micro->RequestScratchBufferInArena(1, &first), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(micro->RequestScratchBufferInArena(40, &second), kTfLiteOk);
  TF_LITE_MICRO_EXPECT(first != second);
  int none = 0;
  TF_LITE_MICRO_EXPECT_EQ(context->RequestScratchBufferInArena(context, (1u << 28) + 1, &none),
                          kTfLiteError);
  TF_LITE_MICRO_EXPECT(micro->AllocatePersistentBuffer(1 << 20) == nullptr);
  return g_refuses ? kTfLiteError : kTfLiteOk;
}

TfLiteStatus Invoke(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteEvalTensor* const input = tflite::micro::GetEvalInput(context, node, kInput);
  TfLiteEvalTensor* const output = tflite::micro::GetEvalOutput(context, node, 0);
  const int8_t* const from = tflite::micro::GetOptionalTensorData<int8_t>(input);
  int8_t* const to = tflite::micro::GetTensorData<int8_t>(output);
  for (int i = 0; i < 6; ++i) {
    to[i] = from[i];
  }
  TfLiteEvalTensor* const variable = tflite::micro::GetMutableEvalInput(context, node, kVariable);
  g_invokes = tflite::micro::GetTensorData<int8_t>(variable)[1]++;
  TF_LITE_MICRO_EXPECT(tflite::micro::HaveSameShapes(input, output));
  TF_LITE_MICRO_EXPECT(tflite::micro::GetOptionalTensorData<int8_t>(nullptr) == nullptr);
  TF_LITE_MICRO_EXPECT(tflite::GetMicroContext(context)->GetScratchBuffer(0) != nullptr);
  return g_fails ? kTfLiteError : kTfLiteOk;
}

const TFLMRegistration kProbe = tflite::micro::RegisterOp(nullptr, Prepare, Invoke);
using Resolver = tflite::MicroMutableOpResolver<2>;

void Fill(Resolver* resolver) {
  TF_LITE_MICRO_EXPECT_EQ(resolver->AddCustom("Probe", &kProbe), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver->AddCustom("Probe", &kProbe), kTfLiteError);  // it is there
  TF_LITE_MICRO_EXPECT_EQ(resolver->AddRelu(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(resolver->AddRelu(), kTfLiteError);
  TF_LITE_MICRO_EXPECT_EQ(resolver->AddTanh(), kTfLiteError);  // no room
  TF_LITE_MICRO_EXPECT_EQ(resolver->count(), 2u);
}

constexpr size_t kArenaBytes = 2048;
alignas(16) uint8_t g_arena[kArenaBytes + 16];
alignas(16) uint8_t g_shifted[4096];  // the model, where it must not be

struct Counter : tflite::MicroProfilerInterface {
  uint32_t BeginEvent(const char*) override { return begun++; }
  void EndEvent(uint32_t handle) override { ended += handle + 1; }
  uint32_t begun = 0;
  uint32_t ended = 0;
};

// What others hold pointers to has one place.
template <typename T>
constexpr bool IsOne() {
  return !std::is_copy_constructible<T>::value && !std::is_copy_assignable<T>::value;
}
static_assert(IsOne<tflite::MicroInterpreter>() && IsOne<Resolver>(), "");
static_assert(IsOne<tflite::ScopedMicroProfiler>(), "");

void TestInterpreter() {
  const tflite::Model* const model = tflite::GetModel(g_model, g_model_len);
  Resolver resolver;
  Fill(&resolver);
  tflite::MicroInterpreter interpreter(model, resolver, g_arena, kArenaBytes);
  TF_LITE_MICRO_EXPECT_EQ(interpreter.initialization_status(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT(interpreter.input(0) == nullptr && interpreter.output(0) == nullptr);
  TF_LITE_MICRO_EXPECT(interpreter.GetTensor(0) == nullptr);
  TF_LITE_MICRO_EXPECT_EQ(interpreter.Reset(), kTfLiteOk);
  Counter counter;
  TF_LITE_MICRO_EXPECT_EQ(interpreter.SetAlternateProfiler(&counter), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(interpreter.AllocateTensors(), kTfLiteOk);
  const size_t used = interpreter.arena_used_bytes();
  TF_LITE_MICRO_EXPECT_EQ(interpreter.AllocateTensors(), kTfLiteOk);  // once more does nothing
  TF_LITE_MICRO_EXPECT_EQ(interpreter.arena_used_bytes(), used);
  TF_LITE_MICRO_EXPECT_EQ(interpreter.inputs_size(), 1u);
  TF_LITE_MICRO_EXPECT_EQ(interpreter.outputs_size(), 2u);
  TF_LITE_MICRO_EXPECT(interpreter.input(1) == nullptr && interpreter.output(2) == nullptr);
  TF_LITE_MICRO_EXPECT(interpreter.typed_input_tensor<int8_t>(0) ==
                       interpreter.input(0)->data.data);
  TF_LITE_MICRO_EXPECT(interpreter.typed_input_tensor<uint8_t>(0) == nullptr);
  TF_LITE_MICRO_EXPECT(interpreter.typed_output_tensor<float>(1) == nullptr);
  TF_LITE_MICRO_EXPECT(interpreter.typed_output_tensor<int8_t>(2) == nullptr);
  TF_LITE_MICRO_EXPECT(interpreter.GetTensor(0) == interpreter.input(0));
  const TfLiteEvalTensor* const seen = interpreter.GetTensor(0);
  TF_LITE_MICRO_EXPECT(seen->data.data == interpreter.input(0)->data.data);
  TF_LITE_MICRO_EXPECT(seen->dims->data[1] == 6 && seen->type == kTfLiteInt8);
  TF_LITE_MICRO_EXPECT(interpreter.inputs().size() == 1 && interpreter.inputs()[0] == 0);
  TF_LITE_MICRO_EXPECT(interpreter.outputs().size() == 2 && interpreter.outputs()[1] == 3);
  TF_LITE_MICRO_EXPECT(interpreter.GetTensor(4) == interpreter.output(0));
  TF_LITE_MICRO_EXPECT(interpreter.GetTensor(4, 0) == interpreter.output(0));
  TF_LITE_MICRO_EXPECT(interpreter.GetTensor(4, 1) == nullptr);
  TF_LITE_MICRO_EXPECT(interpreter.GetTensor(0) != interpreter.output(1));
  TF_LITE_MICRO_EXPECT(interpreter.GetTensor(1) == nullptr);  // an op's own
  TF_LITE_MICRO_EXPECT(interpreter.GetTensor(99) == nullptr);
  const TfLiteTensor& out = *interpreter.output_tensor(0);
  TF_LITE_MICRO_EXPECT_EQ(out.bytes, 6u);
  TF_LITE_MICRO_EXPECT_EQ(out.params.zero_point, -2);
  TF_LITE_MICRO_EXPECT_EQ(out.params.scale, 0.5f);
  TF_LITE_MICRO_EXPECT(interpreter.GetTensor(3) == interpreter.output(1));
  TF_LITE_MICRO_EXPECT_EQ(out.allocation_type, kTfLiteArenaRw);
  TF_LITE_MICRO_EXPECT_EQ(interpreter.Invoke(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(counter.begun, 2u);
  TF_LITE_MICRO_EXPECT_EQ(counter.ended, 3u);
  g_fails = true;
  TF_LITE_MICRO_EXPECT_EQ(interpreter.Invoke(), kTfLiteError);
  TF_LITE_MICRO_EXPECT_EQ(counter.begun, 3u);  // the second op did not run
  g_fails = false;
  TF_LITE_MICRO_EXPECT_EQ(interpreter.Invoke(), kTfLiteOk);

  TF_LITE_MICRO_EXPECT_EQ(g_invokes, 2);
  for (int i = -1; i < 6; ++i) {
    const TfLiteStatus there = i == kVariable ? kTfLiteOk : kTfLiteError;
    TF_LITE_MICRO_EXPECT_EQ(interpreter.ResetVariableTensor(i, 0), there);
  }
  TF_LITE_MICRO_EXPECT_EQ(interpreter.Invoke(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(g_invokes, 0);
  TF_LITE_MICRO_EXPECT_EQ(interpreter.ResetVariableTensor(kVariable, 1), kTfLiteError);
  TF_LITE_MICRO_EXPECT_EQ(interpreter.Invoke(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(g_invokes, 1);
  tflite::MicroInterpreter preserving(model, resolver, g_arena, kArenaBytes, nullptr, nullptr,
                                      true);
  TF_LITE_MICRO_EXPECT_EQ(preserving.ResetVariableTensor(kVariable, 0), kTfLiteError);  // too early
  TF_LITE_MICRO_EXPECT_EQ(preserving.AllocateTensors(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT(!preserving.preserve_all_tensors());

  // What is used is the least that does, from any address; 16 bytes less do not.
  for (size_t shift = 0; shift < 17; ++shift) {
    const size_t skipped = (16 - shift % 16) % 16;
    tflite::MicroInterpreter enough(model, resolver, g_arena + shift, used + skipped);
    TF_LITE_MICRO_EXPECT_EQ(enough.AllocateTensors(), kTfLiteOk);
    TF_LITE_MICRO_EXPECT_EQ(enough.arena_used_bytes(), used);
    tflite::MicroInterpreter less(model, resolver, g_arena + shift, used + skipped - 16);
    TF_LITE_MICRO_EXPECT_EQ(less.Invoke(), kTfLiteError);
    TF_LITE_MICRO_EXPECT(less.input(0) == nullptr);
  }
  tflite::MicroAllocator* const no_allocator = nullptr;
  tflite::MicroInterpreter without(model, resolver, no_allocator);
  TF_LITE_MICRO_EXPECT_EQ(without.AllocateTensors(), kTfLiteError);
  for (size_t shift = 1; shift < 4; ++shift) {
    __builtin_memcpy(g_shifted + shift, g_model, g_model_len);
    tflite::MicroInterpreter shifted(reinterpret_cast<const tflite::Model*>(g_shifted + shift),
                                     resolver, g_arena, kArenaBytes);
    TF_LITE_MICRO_EXPECT_EQ(shifted.initialization_status(), kTfLiteError);
    TF_LITE_MICRO_EXPECT_EQ(shifted.AllocateTensors(), kTfLiteError);
  }
  g_refuses = true;
  tflite::MicroInterpreter refused(model, resolver, g_arena, kArenaBytes);
  TF_LITE_MICRO_EXPECT_EQ(refused.AllocateTensors(), kTfLiteError);
  g_refuses = false;
  Resolver empty;
  tflite::MicroInterpreter opless(model, empty, g_arena, kArenaBytes);
  TF_LITE_MICRO_EXPECT_EQ(opless.AllocateTensors(), kTfLiteError);
}

// Two interpreters, made before either allocates: neither writes to what the other has.
void TestInterpretersOfOneArena() {
  Resolver resolver;
  Fill(&resolver);
  tflite::MicroAllocator* const allocator = tflite::MicroAllocator::Create(g_arena, kArenaBytes);
  const tflite::Model* const model = tflite::GetModel(g_model);
  tflite::MicroInterpreter first(model, resolver, allocator);
  tflite::MicroInterpreter second(model, resolver, allocator);
  TF_LITE_MICRO_EXPECT_EQ(first.AllocateTensors(), kTfLiteOk);
  void* const own = allocator->AllocatePersistentBuffer(5);
  TF_LITE_MICRO_EXPECT(own == g_arena + 32 + first.arena_used_bytes());
  TF_LITE_MICRO_EXPECT_EQ(second.AllocateTensors(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(allocator->used_bytes(), 32 + 16 + 2 * first.arena_used_bytes());
  for (tflite::MicroInterpreter* const each : {&first, &second}) {
    for (int i = 0; i < 6; ++i) {
      each->input(0)->data.int8[i] = static_cast<int8_t>(i - 2 + (each == &first ? 0 : 20));
    }
  }
  std::memset(own, 0x55, 5);
  TF_LITE_MICRO_EXPECT_EQ(second.Invoke(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(second.Invoke(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(first.Invoke(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT_EQ(g_invokes, 0);  // each has a variable of its own
  TF_LITE_MICRO_EXPECT_EQ(first.output(1)->data.int8[5], 3);
  TF_LITE_MICRO_EXPECT_EQ(second.output(1)->data.int8[5], 23);
  TF_LITE_MICRO_EXPECT(allocator->AllocatePersistentBuffer(kArenaBytes) == nullptr);
  allocator->AllocatePersistentBuffer(allocator->arena_bytes());
  tflite::MicroInterpreter third(model, resolver, allocator);
  TF_LITE_MICRO_EXPECT_EQ(third.AllocateTensors(), kTfLiteError);
}

void TestAllocator() {
  using tflite::MicroAllocator;
  TF_LITE_MICRO_EXPECT(MicroAllocator::Create(nullptr, 1000) == nullptr);
  for (size_t shift = 0; shift < 17; ++shift) {
    const size_t skipped = (16 - shift % 16) % 16;
    uint8_t* const at = g_arena + shift;
    TF_LITE_MICRO_EXPECT(MicroAllocator::Create(at, skipped + 31) == nullptr);
    const MicroAllocator* const least = MicroAllocator::Create(at, skipped + 32);
    TF_LITE_MICRO_EXPECT(least != nullptr && least->arena_bytes() == 0);
    const MicroAllocator* const more = MicroAllocator::Create(at, skipped + 1000);
    TF_LITE_MICRO_EXPECT_EQ(more->arena_bytes(), 1000u - 32);
    TF_LITE_MICRO_EXPECT(more->arena() == at + skipped + 32);
  }
  // Of two arenas the larger one.
  static uint8_t other[512];
  TF_LITE_MICRO_EXPECT(MicroAllocator::Create(other, 512, g_arena, 600)->arena() == g_arena + 32);
  TF_LITE_MICRO_EXPECT_EQ(MicroAllocator::Create(g_arena, 600, other, 512)->arena_bytes(), 568u);
  tflite::ErrorReporter* const reporter = nullptr;
  TF_LITE_MICRO_EXPECT(MicroAllocator::Create(g_arena, 32, reporter) != nullptr);
  TF_LITE_MICRO_EXPECT(MicroAllocator::Create(g_arena, 32, tflite::MemoryPlannerType::kLinear) !=
                       nullptr);
  Resolver resolver;
  Fill(&resolver);
  tflite::MicroInterpreter reporting(tflite::GetModel(g_model), resolver,
                                     MicroAllocator::Create(g_arena, kArenaBytes), reporter);
  TF_LITE_MICRO_EXPECT_EQ(reporting.AllocateTensors(), kTfLiteOk);
  TestInterpretersOfOneArena();
  TF_LITE_MICRO_EXPECT(tflite::RecordingMicroAllocator::Create(g_arena, 31) == nullptr);
  tflite::RecordingMicroAllocator* const recording =
      tflite::RecordingMicroAllocator::Create(g_arena, kArenaBytes);
  recording->PrintAllocations();  // nothing yet
  TF_LITE_MICRO_EXPECT_EQ(recording->GetSimpleMemoryAllocator()->GetUsedBytes(), 0u);
  using Recorded = tflite::RecordedAllocationType;
  TF_LITE_MICRO_EXPECT_EQ(recording->GetRecordedAllocation(Recorded::kOpData).count, 0u);
  tflite::RecordingMicroInterpreter recorded(tflite::GetModel(g_model), resolver, recording);
  TF_LITE_MICRO_EXPECT_EQ(recorded.AllocateTensors(), kTfLiteOk);
  TF_LITE_MICRO_EXPECT(&recorded.GetMicroAllocator() == recording);
  size_t sum = 0;
  for (const Recorded type :
       {Recorded::kTfLiteEvalTensorData, Recorded::kPersistentTfLiteTensorData,
        Recorded::kPersistentTfLiteTensorQuantizationData, Recorded::kPersistentBufferData,
        Recorded::kTfLiteTensorVariableBufferData, Recorded::kNodeAndRegistrationArray,
        Recorded::kOpData}) {
    const tflite::RecordedAllocation allocation = recording->GetRecordedAllocation(type);
    TF_LITE_MICRO_EXPECT_GE(allocation.used_bytes, allocation.requested_bytes);
    sum += allocation.used_bytes;
  }
  TF_LITE_MICRO_EXPECT_EQ(sum, recorded.graph().persistent_bytes);
  TF_LITE_MICRO_EXPECT_EQ(
      recording->GetRecordedAllocation(Recorded::kNodeAndRegistrationArray).requested_bytes,
      2 * sizeof(tflm::Node));
  TF_LITE_MICRO_EXPECT_EQ(
      recording->GetRecordedAllocation(Recorded::kPersistentTfLiteTensorData).count, 3u);
  TF_LITE_MICRO_EXPECT_EQ(recording->GetRecordedAllocation(Recorded::kTfLiteEvalTensorData).count,
                          5u);
  TF_LITE_MICRO_EXPECT_EQ(recording->used_bytes(), 32 + recorded.arena_used_bytes());
  const auto* const memory = recording->GetSimpleMemoryAllocator();
  TF_LITE_MICRO_EXPECT_EQ(memory->GetUsedBytes(), recorded.arena_used_bytes());
  TF_LITE_MICRO_EXPECT_EQ(memory->GetPersistentUsedBytes(), sum);
  TF_LITE_MICRO_EXPECT_EQ(memory->GetNonPersistentUsedBytes(), memory->GetUsedBytes() - sum);
  recording->PrintAllocations();
  tflite::RecordingMicroInterpreter interpreter(tflite::GetModel(g_model), resolver, g_arena,
                                                kArenaBytes);
  TF_LITE_MICRO_EXPECT_EQ(interpreter.AllocateTensors(), kTfLiteOk);
  const auto used = static_cast<unsigned>(interpreter.arena_used_bytes());
  const auto persistent = static_cast<unsigned>(interpreter.graph().persistent_bytes);
  MicroPrintf("%u used, %u persistent, %u others", used, persistent, used - persistent);
  interpreter.GetMicroAllocator().PrintAllocations();
}

// The clock goes on by 10 a look.
void TestProfiler() {
  static tflite::MicroProfiler profiler;
  const uint32_t outer = profiler.BeginEvent("A");
  profiler.EndEvent(profiler.BeginEvent("AB"));
  profiler.EndEvent(outer);
  {
    tflite::ScopedMicroProfiler scope("A", &profiler);
  }
  {
    tflite::ScopedMicroProfiler scope("none", nullptr);
  }
  profiler.Log();
  profiler.LogCsv();
  profiler.LogTicksPerTagCsv();
  TF_LITE_MICRO_EXPECT_EQ(profiler.GetTotalTicks(), 50u);
  profiler.BeginEvent("open");  // has no ticks yet
  TF_LITE_MICRO_EXPECT_EQ(profiler.GetTotalTicks(), 50u);
  profiler.ClearEvents();
  TF_LITE_MICRO_EXPECT_EQ(profiler.GetTotalTicks(), 0u);
  for (uint32_t i = 0; i < 1025; ++i) {
    const uint32_t event = profiler.BeginEvent("many");
    TF_LITE_MICRO_EXPECT_EQ(event, i % 1024);
    profiler.EndEvent(event);
  }
  TF_LITE_MICRO_EXPECT_EQ(profiler.GetTotalTicks(), 10u);
}

template <typename T>
constexpr int TypeOf() {
  return tflite::typeToTfLiteType<T>();
}

void TestTypes() {
  constexpr int kStatuses[] = {
      kTfLiteOk,
      kTfLiteError,
      kTfLiteDelegateError,
      kTfLiteApplicationError,
      kTfLiteDelegateDataNotFound,
      kTfLiteDelegateDataWriteError,
      kTfLiteDelegateDataReadError,
      kTfLiteUnresolvedOps,
      kTfLiteCancelled,
      kTfLiteOutputShapeNotKnown,
  };
  for (int i = 0; i < 10; ++i) TF_LITE_MICRO_EXPECT_EQ(kStatuses[i], i);
  constexpr int kPlaces[] = {
      kTfLiteMemNone, kTfLiteMmapRo,       kTfLiteArenaRw, kTfLiteArenaRwPersistent,
      kTfLiteDynamic, kTfLitePersistentRo, kTfLiteCustom};
  for (int i = 0; i < 7; ++i) TF_LITE_MICRO_EXPECT_EQ(kPlaces[i], i);
  TF_LITE_MICRO_EXPECT(kTfLiteNoQuantization == 0 && kTfLiteAffineQuantization == 1);
  TF_LITE_MICRO_EXPECT(kTfLitePaddingUnknown == 0 && kTfLitePaddingSame == 1);
  TF_LITE_MICRO_EXPECT(kTfLiteActNone == 0 && kTfLiteActRelu6 == 3 && kTfLiteActSigmoid == 6);
  constexpr TfLiteType kTypes[] = {
      kTfLiteNoType,  kTfLiteFloat32, kTfLiteInt32,      kTfLiteUInt8,     kTfLiteInt64,
      kTfLiteString,  kTfLiteBool,    kTfLiteInt16,      kTfLiteComplex64, kTfLiteInt8,
      kTfLiteFloat16, kTfLiteFloat64, kTfLiteComplex128, kTfLiteUInt64,    kTfLiteResource,
      kTfLiteVariant, kTfLiteUInt32,  kTfLiteUInt16,     kTfLiteInt4,      kTfLiteBFloat16,
  };
  constexpr size_t kSizes[] = {0, 4, 4, 1, 8, 0, 1, 2, 8, 1, 2, 8, 16, 8, 0, 0, 4, 2, 0, 2};
  for (int i = 0; i < 20; ++i) {
    size_t size = 99;
    TF_LITE_MICRO_EXPECT_EQ(kTypes[i], i);
    TF_LITE_MICRO_EXPECT_EQ(TfLiteTypeGetSize(kTypes[i]), kSizes[i]);
    TF_LITE_MICRO_EXPECT_EQ(tflite::TfLiteTypeSizeOf(kTypes[i], &size) == kTfLiteOk,
                            kSizes[i] != 0);
    TF_LITE_MICRO_EXPECT_EQ(size, kSizes[i]);
  }
  struct Other {};
  TF_LITE_MICRO_EXPECT(TypeOf<int8_t>() == 9 && TypeOf<int16_t>() == 7);
  TF_LITE_MICRO_EXPECT(TypeOf<int32_t>() == 2 && TypeOf<int64_t>() == 4);
  TF_LITE_MICRO_EXPECT(TypeOf<uint8_t>() == 3 && TypeOf<uint16_t>() == 17);
  TF_LITE_MICRO_EXPECT(TypeOf<uint32_t>() == 16 && TypeOf<uint64_t>() == 13);
  TF_LITE_MICRO_EXPECT(TypeOf<float>() == 1 && TypeOf<bool>() == 6 && TypeOf<Other>() == 0);

  constexpr int kA[] = {2, 3, 4};
  constexpr int kB[] = {2, 3, 5};
  constexpr int kC[] = {3, 3, 4, 5};
  const auto* const a = reinterpret_cast<const TfLiteIntArray*>(kA);
  const auto* const b = reinterpret_cast<const TfLiteIntArray*>(kB);
  const auto* const c = reinterpret_cast<const TfLiteIntArray*>(kC);
  TF_LITE_MICRO_EXPECT(TfLiteIntArrayEqual(a, a) && TfLiteIntArrayEqual(nullptr, nullptr));
  TF_LITE_MICRO_EXPECT(!TfLiteIntArrayEqual(a, b) && !TfLiteIntArrayEqual(a, c));
  TF_LITE_MICRO_EXPECT(!TfLiteIntArrayEqual(a, nullptr) && !TfLiteIntArrayEqual(nullptr, a));
  TF_LITE_MICRO_EXPECT(TfLiteIntArrayEqualsArray(a, 2, kA + 1));
  TF_LITE_MICRO_EXPECT(!TfLiteIntArrayEqualsArray(c, 2, kC + 1));
  TF_LITE_MICRO_EXPECT(TfLiteIntArrayEqualsArray(nullptr, 0, nullptr));
  TF_LITE_MICRO_EXPECT(!TfLiteIntArrayEqualsArray(nullptr, 1, kA));
  TF_LITE_MICRO_EXPECT_EQ(TfLiteIntArrayGetSizeInBytes(2), sizeof(kA));
  TF_LITE_MICRO_EXPECT_EQ(tflite::ElementCount(*c), 60);
  TF_LITE_MICRO_EXPECT_EQ(tflite::NumElements(c), 60);
  TF_LITE_MICRO_EXPECT_EQ(tflite::NumElements(static_cast<const TfLiteIntArray*>(nullptr)), 1);
}

int g_reports = 0;
void Report(TfLiteContext*, const char*, ...) { ++g_reports; }

TfLiteStatus Ensured(TfLiteContext* context, int check) {
  const auto holds = [check](int number) { return number != check; };
  TF_LITE_ENSURE(context, holds(1));
  TF_LITE_ENSURE_MSG(context, holds(2), "said");
  TF_LITE_ENSURE_EQ(context, holds(3), true);
  TF_LITE_ENSURE_NEAR(context, holds(4) ? 2 : 3, 1, 1);
  TF_LITE_ENSURE_NEAR(context, 1, holds(5) ? 2 : 3, 1);
  TF_LITE_ENSURE_TYPES_EQ(context, kTfLiteInt8, holds(6) ? kTfLiteInt8 : kTfLiteBool);
  TF_LITE_ENSURE_OK(context, holds(7) ? kTfLiteOk : kTfLiteCancelled);
  TF_LITE_ENSURE_STATUS(holds(8) ? kTfLiteOk : kTfLiteCancelled);
  return kTfLiteOk;
}

void TestEnsured() {
  TfLiteContext context{};
  context.ReportError = Report;
  for (int check = 0; check < 9; ++check) {
    const TfLiteStatus said = check == 0 ? kTfLiteOk : check < 7 ? kTfLiteError : kTfLiteCancelled;
    TF_LITE_MICRO_EXPECT_EQ(Ensured(&context, check), said);
  }
  TF_LITE_MICRO_EXPECT_EQ(g_reports, 6);
  TF_LITE_MAYBE_KERNEL_LOG(&context, "said");
  TfLiteContext* const nobody = nullptr;
  TF_LITE_MAYBE_KERNEL_LOG(nobody, "not said");
  TF_LITE_MICRO_EXPECT_EQ(g_reports, 7);
}

void TestModel() {
  const tflite::Model* const model = tflite::GetModel(g_model, g_model_len);
  TF_LITE_MICRO_EXPECT_EQ(model->version(), 3u);
  TF_LITE_MICRO_EXPECT_STRING_EQ(model->description()->c_str(), "mcuforge test model");
  TF_LITE_MICRO_EXPECT_EQ(model->description()->size(), 19u);
  TF_LITE_MICRO_EXPECT(strcmp(model->description()->c_str(), "mcuforge test model") == 0);
  const auto& codes = *model->operator_codes();
  TF_LITE_MICRO_EXPECT_EQ(codes.size(), 2u);
  TF_LITE_MICRO_EXPECT_EQ(tflite::GetBuiltinCode(codes[0]), tflite::BuiltinOperator_CUSTOM);
  TF_LITE_MICRO_EXPECT_EQ(tflite::GetBuiltinCode(codes[1]), tflite::BuiltinOperator_RELU);
  TF_LITE_MICRO_EXPECT_STRING_EQ(codes[0]->custom_code()->c_str(), "Probe");
  TF_LITE_MICRO_EXPECT(codes[1]->custom_code() == nullptr);
  TF_LITE_MICRO_EXPECT_EQ(codes[1]->version(), 4);
  TF_LITE_MICRO_EXPECT_EQ(codes[0]->version(), 1);
  const auto& graph = *model->subgraphs()->Get(0);
  TF_LITE_MICRO_EXPECT_EQ(model->subgraphs()->size(), 1u);
  TF_LITE_MICRO_EXPECT_STRING_EQ(graph.name()->data(), "main");
  TF_LITE_MICRO_EXPECT_EQ(graph.inputs()->size(), 1u);
  TF_LITE_MICRO_EXPECT_EQ(graph.outputs()->Get(1), 3);
  const auto& tensors = *graph.tensors();
  TF_LITE_MICRO_EXPECT_EQ(tensors[2]->shape()->end() - tensors[2]->shape()->begin(), 2);
  TF_LITE_MICRO_EXPECT_EQ((*tensors[0]->shape())[1], 6);
  TF_LITE_MICRO_EXPECT_EQ(tensors[0]->type(), 9);
  TF_LITE_MICRO_EXPECT(tensors[0]->buffer() == 0 && tensors[1]->buffer() == 1);
  TF_LITE_MICRO_EXPECT_STRING_EQ(tensors[4]->name()->c_str(), "t4");
  TF_LITE_MICRO_EXPECT(tensors[2]->is_variable() && !tensors[1]->is_variable());
  const auto& ops = *graph.operators();
  TF_LITE_MICRO_EXPECT(ops[0]->opcode_index() == 0 && ops[1]->opcode_index() == 1);
  TF_LITE_MICRO_EXPECT_EQ(ops[0]->inputs()->Get(2), 2);
  TF_LITE_MICRO_EXPECT_EQ(ops[1]->outputs()->Get(0), 4);
  TF_LITE_MICRO_EXPECT_EQ(tflite::GetModel(g_model)->version(), 3u);
  alignas(4) static constexpr unsigned char kOther[8] = {4, 0, 0, 0, 'T', 'F', 'L', '2'};
  TF_LITE_MICRO_EXPECT_EQ(tflite::GetModel(kOther)->version(), 0u);
}

// A test of the tests: one that holds nothing fails, and is counted.
void TestTests() {
  TF_LITE_MICRO_EXPECT_NE(1, 2);
  TF_LITE_MICRO_EXPECT_GE(2, 2);
  TF_LITE_MICRO_EXPECT_LE(2, 2);
  TF_LITE_MICRO_EXPECT_NEAR(3, 5, 2);
  const micro_test::Tally before = micro_test::Results();
  TF_LITE_MICRO_TEST(Failing) {
    TF_LITE_MICRO_EXPECT_LT(2, 2);
    TF_LITE_MICRO_EXPECT(micro_test::Results().is_failing);
  }
  TF_LITE_MICRO_EXPECT_EQ(micro_test::Results().failed, before.failed + 1);
  TF_LITE_MICRO_EXPECT_EQ(micro_test::Results().passed, before.passed);
  TF_LITE_MICRO_EXPECT_EQ(micro_test::Finish(), 1);
  micro_test::Results() = before;
}

}  // namespace

void setup() {}

void loop() {
  TF_LITE_MICRO_TEST(Interpreter) { TestInterpreter(); }
  TF_LITE_MICRO_TEST(Allocator) { TestAllocator(); }
  TF_LITE_MICRO_TEST(Profiler) { TestProfiler(); }
  TF_LITE_MICRO_TEST(Types) { TestTypes(); }
  TF_LITE_MICRO_TEST(Ensured) { TestEnsured(); }
  TF_LITE_MICRO_TEST(Model) { TestModel(); }
  TF_LITE_MICRO_TEST(Tests) { TestTests(); }
  g_answer = micro_test::Finish();
}
