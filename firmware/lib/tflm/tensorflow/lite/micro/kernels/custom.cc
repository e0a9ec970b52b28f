#include <cstring>

#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/kernels/custom_error.h"
#include "tensorflow/lite/micro/memory_planner.h"
#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/op.h"

// The adapter from TFLM's registration struct to OpDef. It is linked when AddCustom is used.
// `free` is never called: an interpreter on a microcontroller ends with the power.

namespace tflm {
namespace {

// The op's parameters: this, then a TfLiteTensor for each of its inputs, then for each of its
// outputs.
struct CustomData {
  uint64_t user_data;  // a pointer; as wide as on 64-bit hosts, so that the arena is the same
  uint32_t options;    // the flexbuffer in the model
  uint32_t options_bytes;
};
constexpr uint32_t kAffineBytes = 24;
static_assert(sizeof(CustomData) == 16 && sizeof(TfLiteTensor) == 40, "the same on every machine");

CustomData& DataOf(const OpContext& op) { return const_cast<CustomData&>(op.Params<CustomData>()); }

OpContext& OpOf(const TfLiteContext* context) { return *static_cast<OpContext*>(context->impl_); }

uint32_t TensorCount(const OpContext& op) { return op.InputCount() + op.OutputCount(); }

int32_t TensorIndex(const OpContext& op, uint32_t i) {
  const uint32_t inputs = op.InputCount();
  return i < inputs ? op.InputIndex(i) : op.OutputIndex(i - inputs);
}

TfLiteTensor* TensorsOf(const OpContext& op) {
  return reinterpret_cast<TfLiteTensor*>(&DataOf(op) + 1);
}

// A tensor's scales and zero points where they lie in the model: a count, then float32 and int64.
// Of those the first is right as int32, too; further ones are where all are 0, as of weights, and a
// tensor with others has none here. False, with a message, where the arena is full.
bool FillQuantization(Graph* graph, uint32_t index, const ModelReader::Quantization& read,
                      TfLiteQuantization* quantization) {
  const ModelReader& reader = graph->reader;
  const uint32_t count = read.zero_points.count;
  bool fits = read.scales.count != 0;
  for (uint32_t i = 0; count > 1 && i < count; ++i) {
    fits = fits && reader.U32Inside(read.zero_points.pos + 8 * i) == 0;
  }
  if (!fits) {
    return true;
  }
  static_assert(sizeof(TfLiteAffineQuantization) <= kAffineBytes, "as on 64-bit hosts");
  auto* const affine =
      static_cast<TfLiteAffineQuantization*>(graph->AllocatePersistent(kAffineBytes));
  if (!affine) {
    return false;
  }
  const ModelReader::Table table =
      reader.FieldTable(reader.TableAt(graph->tensors, index), tensor_field::kQuantization);
  affine->scale = reinterpret_cast<TfLiteFloatArray*>(graph->IntArrayAt(read.scales.pos));
  affine->zero_point = graph->IntArrayAt(read.zero_points.pos);
  affine->quantized_dimension =
      static_cast<int32_t>(reader.FieldU32(table, quantization_field::kQuantizedDimension, 0));
  quantization->type = kTfLiteAffineQuantization;
  quantization->params = affine;
  return true;
}

// Subgraph tensor `index`, or null if the op has nothing to do with it.
TfLiteTensor* GetTensor(const TfLiteContext* context, int index) {
  const OpContext& op = OpOf(context);
  for (uint32_t i = 0; index >= 0 && i < TensorCount(op); ++i) {
    if (TensorIndex(op, i) == index) {
      return &TensorsOf(op)[i];
    }
  }
  return nullptr;
}

void* AllocatePersistent(TfLiteContext* context, size_t bytes) {
  return bytes < UINT32_MAX ? OpOf(context).graph().AllocatePersistent(static_cast<uint32_t>(bytes))
                            : nullptr;
}

// All requests share the node's one scratch buffer; the index is the place in it.
TfLiteStatus RequestScratch(TfLiteContext* context, size_t bytes, int* buffer_index) {
  constexpr size_t kMaxBytes = 1 << 28;
  OpContext& op = OpOf(context);
  const uint32_t before = op.node().scratch;
  if (bytes > kMaxBytes || before > kMaxBytes) {
    MicroPrintf("a custom op asks for %u bytes of scratch memory", static_cast<unsigned>(bytes));
    return kTfLiteError;
  }
  *buffer_index = static_cast<int>(before / kBufferAlignment);
  op.RequestScratch(before + AlignUp(static_cast<uint32_t>(bytes)));
  return kTfLiteOk;
}

void* GetScratch(TfLiteContext* context, int buffer_index) {
  return static_cast<uint8_t*>(OpOf(context).Scratch()) +
         static_cast<uint32_t>(buffer_index) * kBufferAlignment;
}

TfLiteEvalTensor* GetEvalTensor(const TfLiteContext* context, int index) {
  return GetTensor(context, index);
}

// What a registration's functions are called with.
struct Call {
  explicit Call(OpContext& op) {
    const Graph& graph = op.graph();
    context.tensors_size = graph.tensors.count;
    context.impl_ = &op;
    context.AllocatePersistentBuffer = AllocatePersistent;
    context.RequestScratchBufferInArena = RequestScratch;
    context.GetScratchBuffer = GetScratch;
    context.GetTensor = GetTensor;
    context.GetEvalTensor = GetEvalTensor;
    context.ReportError = ReportError;
    node.inputs = graph.IntArrayAt(op.node().inputs);
    node.outputs = graph.IntArrayAt(op.node().outputs);
    const CustomData& data = DataOf(op);
    node.user_data = reinterpret_cast<void*>(static_cast<uintptr_t>(data.user_data));
    node.custom_initial_data = graph.reader.data() + data.options;
    node.custom_initial_data_size = static_cast<int>(data.options_bytes);
  }
  TfLiteContext context{};
  TfLiteNode node{};
};

TfLiteStatus Prepare(OpContext& op) {
  const TFLMRegistration& registration = *op.entry().custom;
  if (!registration.invoke) {
    return op.Fail("was registered without an invoke function");
  }
  const uint32_t count = TensorCount(op);
  const ModelReader& reader = op.reader();
  const ModelReader::Vector options = reader.FieldVector(
      reader.TableAt(op.graph().operators, op.node_index()), operator_field::kCustomOptions, 1);
  const auto bytes = static_cast<uint32_t>(sizeof(CustomData) + count * sizeof(TfLiteTensor));
  CustomData* const data = static_cast<CustomData*>(op.NewParams(bytes, 8));
  if (!data) {
    return kTfLiteError;
  }
  FillBytes(data, 0, bytes);
  data->options = options.pos;
  data->options_bytes = options.count;
  for (uint32_t i = 0; i < count; ++i) {
    const int32_t index = TensorIndex(op, i);
    TensorInfo info;
    if (index < 0) {
      continue;
    }
    if (!op.graph().ReadTensor(index, &info)) {
      return kTfLiteError;
    }
    TfLiteTensor& tensor = TensorsOf(op)[i];
    tensor.dims = op.graph().IntArrayAt(info.shape.pos);
    tensor.bytes = info.bytes;
    tensor.type = info.type;
    tensor.allocation_type = info.data ? kTfLiteMmapRo : kTfLiteArenaRw;
    tensor.is_variable = op.graph().IsVariable(static_cast<uint32_t>(index));
    if (info.data) {
      tensor.data.data = op.graph().Data(info.data | kInModel);
    }
    ModelReader::Quantization read;
    reader.ReadQuantization(info, &read);
    // Of several the first, as upstream has it.
    if (read.scales.count != 0 && read.zero_points.count == read.scales.count) {
      std::memcpy(&tensor.params.scale, reader.data() + read.scales.pos, sizeof(float));
      tensor.params.zero_point = static_cast<int32_t>(reader.ZeroPoint(read));
    }
    if (!FillQuantization(&op.graph(), static_cast<uint32_t>(index), read, &tensor.quantization)) {
      return kTfLiteError;
    }
  }
  if (registration.init) {
    Call call(op);
    data->user_data = reinterpret_cast<uintptr_t>(
        registration.init(&call.context, static_cast<const char*>(call.node.custom_initial_data),
                          data->options_bytes));
  }
  if (registration.prepare) {
    Call call(op);
    if (registration.prepare(&call.context, &call.node) != kTfLiteOk) {
      return op.Fail("its prepare function refused");
    }
  }
  return kTfLiteOk;
}

void Eval(OpContext& op) {
  for (uint32_t i = 0; i < TensorCount(op); ++i) {
    const int32_t index = TensorIndex(op, i);
    if (index >= 0) {
      TensorsOf(op)[i].data.data = op.graph().Data(op.graph().locations[index]);
    }
  }
  Call call(op);
  const TfLiteStatus status = op.entry().custom->invoke(&call.context, &call.node);
  if (status == kTfLiteError) {
    op.FailEval("its invoke function failed");
  } else if (status != kTfLiteOk) {
    op.graph().eval_status = status;
  }
}

void Reset(OpContext& op) {
  if (op.entry().custom->reset) {
    Call call(op);
    op.entry().custom->reset(&call.context, call.node.user_data);
  }
}

bool IsNamed(const char* name, const char* text, uint32_t length) {
  uint32_t i = 0;
  while (i < length && name[i] != 0 && name[i] == text[i]) {
    ++i;
  }
  return name[i] == 0 && (i == length || text[i] == 0);
}

}  // namespace

const OpDef ops::kCustom = {
    tflite::BuiltinOperator_CUSTOM, "CUSTOM", Prepare, Eval, Reset, IsNamed};

}  // namespace tflm
