#include "tensorflow/lite/micro/micro_interpreter.h"

#include <cstring>

#include "tensorflow/lite/micro/arena_planner.h"
#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/memory_planner.h"
#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/nodes.h"

// The arena's layout must not depend on the machine (c/common.h says why).
static_assert(sizeof(TfLiteTensor) == 40, "the same on 32-bit and 64-bit machines");

namespace tflite {
namespace {

using tflm::kComputed;
using tflm::kNowhere;
using tflm::ModelReader;
using tflm::TensorInfo;
namespace model_field = tflm::model_field;

uint8_t* AlignedArena(uint8_t* arena) {
  return arena + ((tflm::kBufferAlignment - reinterpret_cast<uintptr_t>(arena)) &
                  (tflm::kBufferAlignment - 1));
}

uint32_t AlignedArenaBytes(uint8_t* arena, size_t size) {
  const size_t skipped = static_cast<size_t>(AlignedArena(arena) - arena);
  constexpr size_t kMaxArenaBytes = 0x10000000;  // a Location has room for twice that
  const size_t bytes = arena && size > skipped ? size - skipped : 0;
  return static_cast<uint32_t>(bytes < kMaxArenaBytes ? bytes : kMaxArenaBytes);
}

TfLiteStatus Malformed(const char* what) {
  MicroPrintf("the model is malformed: %s", what);
  return kTfLiteError;
}

}  // namespace

MicroInterpreter::MicroInterpreter(const Model* model, const MicroOpResolver& op_resolver,
                                   uint8_t* tensor_arena, size_t tensor_arena_size,
                                   MicroResourceVariables*, MicroProfilerInterface* profiler)
    : graph_(reinterpret_cast<const uint8_t*>(model), ModelBytes(model), op_resolver, profiler,
             AlignedArena(tensor_arena), AlignedArenaBytes(tensor_arena, tensor_arena_size)),
      initialization_status_(
          model && (reinterpret_cast<uintptr_t>(model) & 3) == 0 ? kTfLiteOk : kTfLiteError) {}

bool MicroInterpreter::ClearVariableTensor(uint32_t index) {
  TensorInfo info;
  if (!graph_.keeps_tensors || index >= graph_.tensors.count ||
      graph_.locations[index] == kNowhere || graph_.locations[index] >= kComputed ||
      !graph_.IsVariable(index) || !graph_.ReadTensor(static_cast<int32_t>(index), &info)) {
    return false;
  }
  ModelReader::Quantization quantization;
  graph_.reader.ReadQuantization(info, &quantization);
  tflm::FillBytes(graph_.arena + graph_.locations[index],
                  static_cast<uint8_t>(graph_.reader.ZeroPoint(quantization)), info.bytes);
  return true;
}

void MicroInterpreter::ClearVariableTensors() {
  for (uint32_t i = 0; graph_.keeps_tensors && i < graph_.tensors.count; ++i) {
    ClearVariableTensor(i);
  }
}

TfLiteStatus MicroInterpreter::ReadModel() {
  const ModelReader& reader = graph_.reader;
  const ModelReader::Table root = reader.Root();
  if (!root.there()) {
    return Malformed("it is no .tflite file");
  }
  const uint32_t version = reader.FieldU32(root, model_field::kVersion, 0);
  if (version != TFLITE_SCHEMA_VERSION) {
    MicroPrintf("the model has schema version %u, the runtime reads version %u",
                static_cast<unsigned>(version), static_cast<unsigned>(TFLITE_SCHEMA_VERSION));
    return kTfLiteError;
  }
  graph_.operator_codes = reader.FieldVector(root, model_field::kOperatorCodes, 4);
  graph_.buffers = reader.FieldVector(root, model_field::kBuffers, 4);
  if (!tflm::ReadSubgraph(&graph_, 0, &inputs_, &outputs_)) {
    return Malformed("subgraph 0");
  }
  // By the schema: what has no contents refers to it.
  if (graph_.buffers.count != 0 &&
      reader.FieldVector(reader.TableAt(graph_.buffers, 0), tflm::buffer_field::kData, 1).count !=
          0) {
    return Malformed("buffer 0 is not empty");
  }
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::MakeApiTensors() {
  // From the last on: the graph's output is the tensor that was read last.
  for (uint32_t i = inputs_.count + outputs_.count; i-- > 0;) {
    const uint32_t index = i < inputs_.count
                               ? graph_.reader.U32Inside(inputs_.pos + 4 * i)
                               : graph_.reader.U32Inside(outputs_.pos + 4 * (i - inputs_.count));
    TensorInfo info;
    if (!graph_.ReadTensor(static_cast<int32_t>(index), &info)) {
      return kTfLiteError;
    }
    TfLiteTensor& tensor = api_tensors_[i];
    tensor.data.data = graph_.Data(graph_.locations[index]);
    tensor.dims = graph_.IntArrayAt(info.shape.pos);
    tensor.bytes = info.bytes;
    tensor.type = info.type;
    tensor.allocation_type = info.data != 0 ? kTfLiteMmapRo : kTfLiteArenaRw;
    ModelReader::Quantization read;
    graph_.reader.ReadQuantization(info, &read);
    if (read.scales.count == 1) {
      std::memcpy(&tensor.params.scale, graph_.reader.data() + read.scales.pos, sizeof(float));
      tensor.params.zero_point = static_cast<int32_t>(graph_.reader.ZeroPoint(read));
    }
  }
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::AllocateTensors() {
  if (ready_) {
    return kTfLiteOk;
  }
  if (initialization_status_ != kTfLiteOk) {
    MicroPrintf("the model must be at an address that is a multiple of 4");
    return kTfLiteError;
  }
  if (allocator_) {
    graph_.arena = AlignedArena(allocator_->arena());
    graph_.arena_bytes = AlignedArenaBytes(allocator_->arena(), allocator_->arena_bytes());
  }
  graph_.persistent_bytes = 0;
  graph_.variables = 0;
  graph_.most_bytes = 0;
  graph_.depth = 0;
  graph_.keeps_tensors = false;
  graph_.last_index = tflm::kNoTensor;
  graph_.last_quantization = 0;
  if (ReadModel() != kTfLiteOk) {
    return kTfLiteError;
  }
  tflm::PlannedArena planned{0, 0};
  const bool has_nodes = tflm::AllocateNodes(&graph_);
  api_tensors_ = static_cast<TfLiteTensor*>(graph_.AllocatePersistent(
      (inputs_.count + outputs_.count) * static_cast<uint32_t>(sizeof(TfLiteTensor))));
  planned.used_bytes = graph_.persistent_bytes;
  const bool fine = has_nodes && api_tensors_ && tflm::PrepareNodes(graph_) == kTfLiteOk &&
                    tflm::PlanArena(&graph_, inputs_, outputs_, &planned);
  arena_used_bytes_ =
      planned.used_bytes > graph_.most_bytes ? planned.used_bytes : graph_.most_bytes;
  if (!fine || MakeApiTensors() != kTfLiteOk) {
    return kTfLiteError;
  }
  ClearVariableTensors();
  if (graph_.reader.bad()) {
    return Malformed("a tensor that is a variable");
  }
  ready_ = true;
  if (allocator_) {
    allocator_->Take(arena_used_bytes_);
  }
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::Invoke() {
  if (!ready_ && AllocateTensors() != kTfLiteOk) {
    return kTfLiteError;
  }
  graph_.eval_status = kTfLiteOk;
  tflm::InvokeNodes(graph_);
  return graph_.eval_status;
}

TfLiteStatus MicroInterpreter::Reset() {
  if (ready_) {
    tflm::ResetNodes(graph_);
    ClearVariableTensors();
  }
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::ResetVariableTensor(int tensor_index, int subgraph_index) {
  if (!ready_ || subgraph_index != 0 || !ClearVariableTensor(static_cast<uint32_t>(tensor_index))) {
    MicroPrintf("tensor %d of subgraph %d is no variable in the arena", tensor_index,
                subgraph_index);
    return kTfLiteError;
  }
  return kTfLiteOk;
}

}  // namespace tflite
