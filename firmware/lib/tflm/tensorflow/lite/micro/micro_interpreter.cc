#include "tensorflow/lite/micro/micro_interpreter.h"

#include <cstring>

#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/memory_planner.h"
#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/op.h"

// The arena's layout must not depend on the machine (c/common.h says why).
static_assert(sizeof(TfLiteTensor) == 40, "the same on 32-bit and 64-bit machines");
static_assert(sizeof(TfLiteEvalTensor) == 24, "the same on 32-bit and 64-bit machines");
static_assert(sizeof(tflm::PlannedBuffer) == 20, "the same on every machine");

namespace tflite {
namespace {

using tflm::AlignUp;
using tflm::kComputed;
using tflm::kInModel;
using tflm::kNowhere;
using tflm::Location;
using tflm::ModelReader;
using tflm::Node;
using tflm::OpContext;
using tflm::PlannedBuffer;
using tflm::TensorInfo;
namespace operator_code_field = tflm::operator_code_field;
namespace operator_field = tflm::operator_field;
namespace subgraph_field = tflm::subgraph_field;
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

#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
// The name of an op of the schema that ops.def knows, else null.
const char* OpName(int32_t code) {
  switch (code) {
#define MCUFORGE_OP(NAME, Method, file) \
  case BuiltinOperator_##NAME:          \
    return #NAME;
#include "tensorflow/lite/micro/ops.def"
#undef MCUFORGE_OP
    default:
      return nullptr;
  }
}
#endif

// While the arena is planned, a location may be a buffer's number above this.
constexpr Location kPlanned = UINT32_C(1) << 29;
bool IsPlanned(Location location) { return location >= kPlanned && location < tflm::kComputed; }

// Says that tensor `index` finds no place, and how large the arena has to be at least.
#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
void DoesNotFit(const tflm::Graph& graph, uint32_t index, uint32_t bytes, uint32_t needed) {
  const ModelReader::Vector name = graph.reader.FieldVector(
      graph.reader.TableAt(graph.tensors, index), tflm::tensor_field::kName, 1);
  // The end of a converter's long names tells more than their beginning.
  char text[40] = {};
  const uint32_t length = name.count < sizeof(text) - 1 ? name.count : sizeof(text) - 1;
  std::memcpy(text, graph.reader.data() + name.pos + name.count - length, length);
  MicroPrintf(
      "arena too small: %u bytes, at least %u needed; no room for tensor %u '%s' (%u bytes)",
      static_cast<unsigned>(graph.arena_bytes), static_cast<unsigned>(needed),
      static_cast<unsigned>(index), text, static_cast<unsigned>(bytes));
}

// Says that a plan of `count` buffers, from `base` of the arena on, needs more than there is.
void PlanDoesNotFit(const tflm::Graph& graph, const PlannedBuffer* buffers, uint32_t count,
                    uint32_t base, uint32_t needed) {
  // Name the tensor that sticks out: it is the one to make smaller.
  for (uint32_t i = 0; i < graph.tensors.count; ++i) {
    const Location location = graph.locations[i];
    if (IsPlanned(location) &&
        base + buffers[location - kPlanned].offset + buffers[location - kPlanned].bytes >
            graph.arena_bytes) {
      DoesNotFit(graph, i, buffers[location - kPlanned].bytes, needed);
      return;
    }
  }
  // The plan's own notes, or a scratch buffer: the largest tensor is the one to make smaller.
  uint32_t largest = 0;
  for (uint32_t i = 0; i < count; ++i) {
    largest = buffers[i].bytes > buffers[largest].bytes ? i : largest;
  }
  for (uint32_t i = 0; i < graph.tensors.count; ++i) {
    if (graph.locations[i] == kPlanned + largest) {
      DoesNotFit(graph, i, buffers[largest].bytes, needed);
      return;
    }
  }
  MicroPrintf("arena too small: %u bytes, %u needed", static_cast<unsigned>(graph.arena_bytes),
              static_cast<unsigned>(needed));
}
#else
void DoesNotFit(const tflm::Graph&, uint32_t, uint32_t, uint32_t) {}
void PlanDoesNotFit(const tflm::Graph&, const PlannedBuffer*, uint32_t, uint32_t, uint32_t) {}
#endif

// The last op of a buffer that keeps its value from one Invoke to the next.
constexpr uint16_t kAlways = UINT16_MAX;
bool KeepsValue(const PlannedBuffer& buffer) { return buffer.last == kAlways; }

void LiveUntil(uint32_t last, PlannedBuffer* buffer) {
  if (last > buffer->last) {
    buffer->last = static_cast<uint16_t>(last);
  }
}

TfLiteStatus Malformed(const char* what) {
  MicroPrintf("the model is malformed: %s", what);
  return kTfLiteError;
}

}  // namespace

MicroInterpreter::MicroInterpreter(const Model* model, const MicroOpResolver& op_resolver,
                                   uint8_t* tensor_arena, size_t tensor_arena_size,
                                   MicroResourceVariables*, MicroProfilerInterface* profiler)
    : graph_(reinterpret_cast<const uint8_t*>(model), ModelBytes(model), AlignedArena(tensor_arena),
             AlignedArenaBytes(tensor_arena, tensor_arena_size)),
      resolver_(op_resolver),
      profiler_(profiler),
      initialization_status_(
          model && (reinterpret_cast<uintptr_t>(model) & 3) == 0 ? kTfLiteOk : kTfLiteError) {}

bool MicroInterpreter::IsVariable(uint32_t index) const {
  return graph_.reader.FieldU8(graph_.reader.TableAt(graph_.tensors, index),
                               tflm::tensor_field::kIsVariable, 0) != 0;
}

bool MicroInterpreter::Locate(uint32_t index) const {
  TensorInfo info;
  return (index < graph_.tensors.count && graph_.locations[index] != kNowhere) ||
         graph_.ReadTensor(static_cast<int32_t>(index), &info);
}

void MicroInterpreter::ResetVariableTensors() {
  for (uint32_t i = 0; graph_.keeps_tensors && i < graph_.tensors.count; ++i) {
    TensorInfo info;
    if (graph_.locations[i] != kNowhere && graph_.locations[i] < kComputed && IsVariable(i) &&
        graph_.ReadTensor(static_cast<int32_t>(i), &info)) {
      const uint32_t zero_point =
          info.zero_points.count ? graph_.reader.U32Inside(info.zero_points.pos) : 0;
      tflm::FillBytes(graph_.arena + graph_.locations[i], static_cast<uint8_t>(zero_point),
                      info.bytes);
    }
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
  operator_codes_ = reader.FieldVector(root, model_field::kOperatorCodes, 4);
  graph_.buffers = reader.FieldVector(root, model_field::kBuffers, 4);
  const ModelReader::Table subgraph =
      reader.TableAt(reader.FieldVector(root, model_field::kSubgraphs, 4), 0);
  graph_.tensors = reader.FieldVector(subgraph, subgraph_field::kTensors, 4);
  graph_.operators = reader.FieldVector(subgraph, subgraph_field::kOperators, 4);
  inputs_ = reader.FieldVector(subgraph, subgraph_field::kInputs, 4);
  outputs_ = reader.FieldVector(subgraph, subgraph_field::kOutputs, 4);
  constexpr uint32_t kMaxCount = 32767;  // op and buffer indices are 16 bits while planning
  if (reader.bad() || graph_.tensors.count > kMaxCount || graph_.operators.count > kMaxCount) {
    return Malformed("subgraph 0");
  }
  return kTfLiteOk;
}

uint32_t MicroInterpreter::FindOp(uint32_t node, ModelReader::Table code_table) const {
  const ModelReader& reader = graph_.reader;
  const int32_t code = reader.BuiltinCode(code_table);
  ModelReader::Vector custom_name{0, 0};
  const char* custom = nullptr;
  if (code == BuiltinOperator_CUSTOM) {
    custom_name = reader.FieldVector(code_table, operator_code_field::kCustomCode, 1);
    custom = reinterpret_cast<const char*>(reader.data() + custom_name.pos);
  }
  const uint32_t slot = resolver_.Find(code, custom, custom_name.count);
#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
  if (slot == resolver_.count() && !reader.bad()) {
    if (custom) {
      char name[32] = {};
      std::memcpy(name, custom,
                  custom_name.count < sizeof(name) ? custom_name.count : sizeof(name) - 1);
      MicroPrintf("node %u: didn't find custom op '%s' in the resolver",
                  static_cast<unsigned>(node), name);
    } else if (const char* const name = OpName(code)) {
      MicroPrintf("node %u: didn't find op '%s' in the resolver", static_cast<unsigned>(node),
                  name);
    } else {
      MicroPrintf("node %u: builtin op %d is not supported", static_cast<unsigned>(node),
                  static_cast<int>(code));
    }
  }
#else
  static_cast<void>(node);
#endif
  return slot;
}

TfLiteStatus MicroInterpreter::PrepareNodes() {
  const ModelReader& reader = graph_.reader;
  uint32_t known_code = UINT32_MAX;  // slot is that of this operator code: ops come in runs
  uint32_t slot = 0;
  for (uint32_t i = 0; i < graph_.operators.count; ++i) {
    const ModelReader::Table op = reader.TableAt(graph_.operators, i);
    const uint32_t code = reader.FieldU32(op, operator_field::kOpcodeIndex, 0);
    Node& node = graph_.nodes[i];
    node.inputs = reader.FieldVector(op, operator_field::kInputs, 4).pos;
    node.outputs = reader.FieldVector(op, operator_field::kOutputs, 4).pos;
    if (code != known_code) {
      slot = FindOp(i, reader.TableAt(operator_codes_, code));
      known_code = code;
    }
    if (reader.bad()) {
      MicroPrintf("the model is malformed: node %u", static_cast<unsigned>(i));
      return kTfLiteError;
    }
    if (slot == resolver_.count()) {
      return kTfLiteError;
    }
    node.resolver_slot = static_cast<uint8_t>(slot);
    node.in_place_input = -1;
    OpContext context(graph_, i, resolver_.entry(slot),
                      reader.FieldTable(op, operator_field::kBuiltinOptions));
    if (resolver_.entry(slot).def->prepare(context) != kTfLiteOk) {
      return kTfLiteError;
    }
    if (reader.bad()) {
      return context.Fail("its tables in the model are malformed");
    }
  }
  return kTfLiteOk;
}

// Gives every computed tensor and every scratch buffer its place. While this runs, graph_.locations
// holds buffer numbers; the buffers stand in the arena above the persistent part, where the
// activations will be.
TfLiteStatus MicroInterpreter::PlanArena() {
  Location* const locations = graph_.locations;
  const uint32_t base = AlignUp(graph_.persistent_bytes);
  PlannedBuffer* const buffers = reinterpret_cast<PlannedBuffer*>(graph_.arena + base);
  const uint32_t capacity =
      base < graph_.arena_bytes ? (graph_.arena_bytes - base) / sizeof(PlannedBuffer) : 0;
  const uint32_t end = graph_.operators.count;
  uint32_t count = 0;

  // Gives a tensor or scratch its buffer: the number of it takes the place of its size. `tensor`
  // is for the message.
  const auto add = [&](Location* location, uint32_t first, uint32_t last, uint32_t tensor) {
    const uint32_t bytes = *location & ~kComputed;
    if (count == capacity) {
      DoesNotFit(graph_, tensor, bytes, base + (count + 1) * sizeof(PlannedBuffer));
      return false;
    }
    PlannedBuffer& buffer = buffers[count];
    buffer.bytes = AlignUp(bytes);
    buffer.first = static_cast<uint16_t>(first);
    buffer.last = static_cast<uint16_t>(last);
    *location = kPlanned + count++;
    return true;
  };
  const auto add_tensor = [&](uint32_t index, uint32_t first, uint32_t last) {
    if (!Locate(index)) {
      return false;
    }
    Location* const location = &locations[index];
    if (IsPlanned(*location) && KeepsValue(buffers[*location - kPlanned])) {
      return true;
    }
    if (*location < kComputed || *location >= kInModel) {
      MicroPrintf("the model is malformed: tensor %u is a constant, or computed twice",
                  static_cast<unsigned>(index));
      return false;
    }
    return add(location, first, last, index);
  };

  for (const uint32_t index : graph_.IndicesAt(inputs_.pos)) {
    if (!Locate(index) || (!IsPlanned(locations[index]) && !add_tensor(index, 0, 1))) {
      return kTfLiteError;
    }
  }
  for (uint32_t op = 0; op < end; ++op) {
    Node& node = graph_.nodes[op];
    for (const uint32_t index : graph_.IndicesAt(node.inputs)) {
      if (index == tflm::kNoTensor) {
        continue;
      }
      if (!Locate(index)) {
        return kTfLiteError;
      }
      const Location location = locations[index];
      if (location & kInModel) {
        continue;
      }
      if (IsPlanned(location)) {
        LiveUntil(op + 1, &buffers[location - kPlanned]);
      } else if (IsVariable(index)) {
        // It is read before it is computed: this Invoke reads what the one before left.
        if (!add_tensor(index, 0, kAlways)) {
          return kTfLiteError;
        }
        graph_.keeps_tensors = true;
      } else {
        MicroPrintf("the model is malformed: node %u reads tensor %u before it is computed",
                    static_cast<unsigned>(op), static_cast<unsigned>(index));
        return kTfLiteError;
      }
    }
    for (const uint32_t index : graph_.IndicesAt(node.outputs)) {
      if (!add_tensor(index, op, op + 1)) {
        return kTfLiteError;
      }
    }
    if (node.scratch != 0 && !add(&node.scratch, op, op + 1, graph_.reader.U32(node.outputs))) {
      return kTfLiteError;
    }
  }
  for (const uint32_t index : graph_.IndicesAt(outputs_.pos)) {
    if (!Locate(index)) {
      return kTfLiteError;
    }
    const Location location = locations[index];
    if (!IsPlanned(location)) {
      MicroPrintf("the model is malformed: output tensor %u is never computed",
                  static_cast<unsigned>(index));
      return kTfLiteError;
    }
    // Beyond the last op, so that no op takes it over.
    LiveUntil(end + 1, &buffers[location - kPlanned]);
  }

  // In place: an output takes over the buffer of an input that dies there, if it fits. The buffer
  // that is given up shrinks to nothing, alive at no op.
  for (uint32_t op = 0; op < end; ++op) {
    const Node& node = graph_.nodes[op];
    if (node.in_place_input < 0) {
      continue;
    }
    const Location from = locations[graph_.IndicesAt(node.inputs).first[node.in_place_input]];
    Location& to = locations[*graph_.IndicesAt(node.outputs).first];
    if (!IsPlanned(from)) {
      continue;
    }
    PlannedBuffer& old_buffer = buffers[from - kPlanned];
    PlannedBuffer& new_buffer = buffers[to - kPlanned];
    if (old_buffer.last != op + 1 || new_buffer.bytes > old_buffer.bytes ||
        KeepsValue(new_buffer)) {
      continue;
    }
    old_buffer.last = new_buffer.last;
    new_buffer.bytes = 0;
    new_buffer.first = new_buffer.last = UINT16_MAX;
    to = from;
  }

  const uint32_t height = tflm::PlanMemory(buffers, count);
  const uint32_t planning_bytes = AlignUp(count * static_cast<uint32_t>(sizeof(PlannedBuffer)));
  const uint32_t needed = base + (height > planning_bytes ? height : planning_bytes);
  arena_used_bytes_ = needed;
  if (needed > graph_.arena_bytes) {
    PlanDoesNotFit(graph_, buffers, count, base, needed);
    return kTfLiteError;
  }
  for (uint32_t i = 0; i < graph_.tensors.count; ++i) {
    Location& location = graph_.locations[i];
    if (IsPlanned(location)) {
      location = base + buffers[location - kPlanned].offset;
    }
  }
  for (uint32_t op = 0; op < end; ++op) {
    Node& node = graph_.nodes[op];
    if (node.scratch != 0) {
      node.scratch = base + buffers[node.scratch - kPlanned].offset;
    }
  }
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::MakeApiTensors() {
  for (uint32_t i = 0; i < inputs_.count + outputs_.count; ++i) {
    const uint32_t index = i < inputs_.count
                               ? graph_.reader.U32Inside(inputs_.pos + 4 * i)
                               : graph_.reader.U32Inside(outputs_.pos + 4 * (i - inputs_.count));
    TensorInfo info;
    if (!graph_.ReadTensor(static_cast<int32_t>(index), &info)) {
      return kTfLiteError;
    }
    // A scalar may leave its shape out of the model; this is the empty shape then.
    static constexpr int32_t kNoDims = 0;
    TfLiteTensor& tensor = api_tensors_[i];
    tensor.data.data = graph_.Data(graph_.locations[index]);
    // A flatbuffer vector has the layout of a TfLiteIntArray.
    tensor.dims = reinterpret_cast<TfLiteIntArray*>(
        const_cast<uint8_t*>(info.shape.pos ? graph_.reader.data() + info.shape.pos - 4
                                            : reinterpret_cast<const uint8_t*>(&kNoDims)));
    tensor.bytes = info.bytes;
    tensor.type = info.type;
    if (info.scales.count == 1) {
      std::memcpy(&tensor.params.scale, graph_.reader.data() + info.scales.pos, sizeof(float));
      tensor.params.zero_point =
          info.zero_points.count == 1
              ? static_cast<int32_t>(graph_.reader.U32Inside(info.zero_points.pos))
              : 0;
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
  graph_.persistent_bytes = 0;
  graph_.variables = 0;
  graph_.last_index = tflm::kNoTensor;
  if (ReadModel() != kTfLiteOk) {
    return kTfLiteError;
  }
  graph_.locations = static_cast<Location*>(
      graph_.AllocatePersistent(graph_.tensors.count * static_cast<uint32_t>(sizeof(Location))));
  graph_.nodes = static_cast<Node*>(
      graph_.AllocatePersistent(graph_.operators.count * static_cast<uint32_t>(sizeof(Node))));
  api_tensors_ = static_cast<TfLiteTensor*>(graph_.AllocatePersistent(
      (inputs_.count + outputs_.count) * static_cast<uint32_t>(sizeof(TfLiteTensor))));
  arena_used_bytes_ = graph_.persistent_bytes;
  if (!graph_.locations || !graph_.nodes || !api_tensors_ || PrepareNodes() != kTfLiteOk ||
      PlanArena() != kTfLiteOk || MakeApiTensors() != kTfLiteOk) {
    return kTfLiteError;
  }
  ResetVariableTensors();
  if (graph_.reader.bad()) {
    return Malformed("a tensor that is a variable");
  }
  ready_ = true;
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::Invoke() {
  if (!ready_ && AllocateTensors() != kTfLiteOk) {
    return kTfLiteError;
  }
  graph_.eval_failed = false;
  for (uint32_t i = 0; i < graph_.operators.count && !graph_.eval_failed; ++i) {
    const tflm::OpEntry& entry = resolver_.entry(graph_.nodes[i].resolver_slot);
    OpContext context(graph_, i, entry);
    if (profiler_) {
      const uint32_t event =
          profiler_->BeginEvent(entry.custom_name ? entry.custom_name : entry.def->name);
      entry.def->eval(context);
      profiler_->EndEvent(event);
    } else {
      entry.def->eval(context);
    }
  }
  return graph_.eval_failed ? kTfLiteError : kTfLiteOk;
}

TfLiteStatus MicroInterpreter::Reset() {
  for (uint32_t i = 0; ready_ && i < graph_.operators.count; ++i) {
    const tflm::OpEntry& entry = resolver_.entry(graph_.nodes[i].resolver_slot);
    if (entry.def->reset) {
      OpContext context(graph_, i, entry);
      entry.def->reset(context);
    }
  }
  if (ready_) {
    ResetVariableTensors();
  }
  return kTfLiteOk;
}

}  // namespace tflite
