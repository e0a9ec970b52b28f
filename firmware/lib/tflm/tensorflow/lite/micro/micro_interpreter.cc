#include "tensorflow/lite/micro/micro_interpreter.h"

#include <cstring>

#include "tensorflow/lite/micro/arena_planner.h"
#include "tensorflow/lite/micro/bytes.h"
#include "tensorflow/lite/micro/memory_planner.h"
#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/op.h"

// The arena's layout must not depend on the machine (c/common.h says why).
static_assert(sizeof(TfLiteTensor) == 40, "the same on 32-bit and 64-bit machines");
static_assert(sizeof(TfLiteEvalTensor) == 24, "the same on 32-bit and 64-bit machines");

namespace tflite {
namespace {

using tflm::kComputed;
using tflm::kNowhere;
using tflm::Location;
using tflm::ModelReader;
using tflm::Node;
using tflm::OpContext;
using tflm::TensorInfo;
namespace operator_code_field = tflm::operator_code_field;
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
// The name of an op of the schema that ops.def knows, else null. One text and a byte an op: a
// switch would be a table of pointers.
const char* OpName(int32_t code) {
#define MCUFORGE_OP(NAME, Method, file) BuiltinOperator_##NAME,
  static constexpr uint8_t kCodes[] = {
#include "tensorflow/lite/micro/ops.def"
  };
#undef MCUFORGE_OP
#define MCUFORGE_OP(NAME, Method, file) #NAME "\0"
  static constexpr char kNames[] =
#include "tensorflow/lite/micro/ops.def"
      ;
#undef MCUFORGE_OP
  const char* name = kNames;
  for (const uint8_t known : kCodes) {
    if (known == code) {
      return name;
    }
    while (*name++ != 0) {
    }
  }
  return nullptr;
}
#endif

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

void MicroInterpreter::ClearVariableTensors() {
  for (uint32_t i = 0; graph_.keeps_tensors && i < graph_.tensors.count; ++i) {
    TensorInfo info;
    if (graph_.locations[i] != kNowhere && graph_.locations[i] < kComputed &&
        graph_.IsVariable(i) && graph_.ReadTensor(static_cast<int32_t>(i), &info)) {
      ModelReader::Quantization quantization;
      graph_.reader.ReadQuantization(info, &quantization);
      tflm::FillBytes(graph_.arena + graph_.locations[i],
                      static_cast<uint8_t>(graph_.reader.ZeroPoint(quantization)), info.bytes);
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
  // By the schema: what has no contents refers to it.
  if (graph_.buffers.count != 0 &&
      reader.FieldVector(reader.TableAt(graph_.buffers, 0), tflm::buffer_field::kData, 1).count !=
          0) {
    return Malformed("buffer 0 is not empty");
  }
  return kTfLiteOk;
}

uint32_t MicroInterpreter::FindOp(uint32_t node, const ModelReader::Table& code_table) const {
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
    ModelReader::Operator op;
    reader.ReadOperator(graph_.operators, i, &op);
    Node& node = graph_.nodes[i];
    node.inputs = op.inputs;
    node.outputs = op.outputs;
    if (op.code != known_code) {
      slot = FindOp(i, reader.TableAt(operator_codes_, op.code));
      known_code = op.code;
    }
    if (reader.bad()) {
      MicroPrintf("the model is malformed: node %u", static_cast<unsigned>(i));
      return kTfLiteError;
    }
    if (slot == resolver_.count()) {
      return kTfLiteError;
    }
    node.resolver_slot = static_cast<uint8_t>(slot);
    node.scratch = 0;
    node.params = 0;
    node.in_place_inputs = 0;
    OpContext context(graph_, i, resolver_.entry(slot), &op.options);
    const uint32_t options_type = resolver_.entry(slot).def->options_type;
    if (options_type != 0 && op.options_type != 0 && op.options_type != options_type) {
      return context.Fail("has the options of another op");
    }
    if (resolver_.entry(slot).def->prepare(context) != kTfLiteOk) {
      return kTfLiteError;
    }
    if (reader.bad()) {
      return context.Fail("its tables in the model are malformed");
    }
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
  graph_.persistent_bytes = 0;
  graph_.variables = 0;
  graph_.keeps_tensors = false;
  graph_.last_index = tflm::kNoTensor;
  graph_.last_quantization = 0;
  if (ReadModel() != kTfLiteOk) {
    return kTfLiteError;
  }
  graph_.locations = static_cast<Location*>(
      graph_.AllocatePersistent(graph_.tensors.count * static_cast<uint32_t>(sizeof(Location))));
  graph_.nodes = static_cast<Node*>(
      graph_.Reserve(graph_.operators.count * static_cast<uint32_t>(sizeof(Node))));
  api_tensors_ = static_cast<TfLiteTensor*>(graph_.AllocatePersistent(
      (inputs_.count + outputs_.count) * static_cast<uint32_t>(sizeof(TfLiteTensor))));
  arena_used_bytes_ = graph_.persistent_bytes;
  if (!graph_.locations || !graph_.nodes || !api_tensors_ || PrepareNodes() != kTfLiteOk ||
      !tflm::PlanArena(&graph_, inputs_, outputs_, &arena_used_bytes_) ||
      MakeApiTensors() != kTfLiteOk) {
    return kTfLiteError;
  }
  ClearVariableTensors();
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
    ClearVariableTensors();
  }
  return kTfLiteOk;
}

}  // namespace tflite
