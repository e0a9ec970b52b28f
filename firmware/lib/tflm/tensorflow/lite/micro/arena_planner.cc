#include "tensorflow/lite/micro/arena_planner.h"

#include <cstring>

#include "tensorflow/lite/micro/memory_planner.h"
#include "tensorflow/lite/micro/micro_log.h"

// The plan is made in the arena, whose layout must not depend on the machine (c/common.h says why).
static_assert(sizeof(tflm::PlannedBuffer) == 16, "the same on every machine");

namespace tflm {
namespace {

// Says that tensor `index` finds no place, and how large the arena has to be at least.
#if !defined(TF_LITE_STRIP_ERROR_STRINGS)
void DoesNotFit(const Graph& graph, uint32_t index, uint32_t bytes, uint32_t needed) {
  const ModelReader::Vector name =
      graph.reader.FieldVector(graph.reader.TableAt(graph.tensors, index), tensor_field::kName, 1);
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
void PlanDoesNotFit(const Graph& graph, const PlannedBuffer* buffers, uint32_t count, uint32_t base,
                    uint32_t needed) {
  // Name the tensor that sticks out: it is the one to make smaller.
  for (uint32_t i = 0; i < graph.tensors.count; ++i) {
    const Location location = graph.locations[i];
    if (!IsPlanned(location)) {
      continue;
    }
    const PlannedBuffer& buffer = buffers[BufferOf(location)];
    if (base + buffer.offset + buffer.bytes > graph.arena_bytes) {
      DoesNotFit(graph, i, buffer.bytes, needed);
      return;
    }
  }
  // The plan's own notes, or a scratch buffer: the largest tensor is the one to make smaller.
  uint32_t largest = 0;
  for (uint32_t i = 0; i < count; ++i) {
    largest = buffers[i].bytes > buffers[largest].bytes ? i : largest;
  }
  for (uint32_t i = 0; i < graph.tensors.count; ++i) {
    if (IsPlanned(graph.locations[i]) && BufferOf(graph.locations[i]) == largest) {
      DoesNotFit(graph, i, buffers[largest].bytes, needed);
      return;
    }
  }
  MicroPrintf("arena too small: %u bytes, %u needed", static_cast<unsigned>(graph.arena_bytes),
              static_cast<unsigned>(needed));
}
#else
void DoesNotFit(const Graph&, uint32_t, uint32_t, uint32_t) {}
void PlanDoesNotFit(const Graph&, const PlannedBuffer*, uint32_t, uint32_t, uint32_t) {}
#endif

// The ops are met from the last to the first, so that a tensor is met first where it is read last:
// whether an op may write its output over it is known at once. The buffers are stacked up from both
// ends of the memory as they are met. In a chain of ops, one end holds what an op reads, the other
// what it writes, and nothing is left to search for; where the stacks are higher than they must be,
// PlanMemory plans.
//
// While this runs, Graph::locations and Node::scratch hold buffer numbers. The buffers themselves
// stand in the arena above the persistent part, where the activations will be.
class ArenaPlanner {
 public:
  explicit ArenaPlanner(Graph* graph)
      : graph_(*graph),
        base_(AlignUp(graph->persistent_bytes)),
        capacity_(base_ < graph->arena_bytes
                      ? (graph->arena_bytes - base_) / static_cast<uint32_t>(sizeof(PlannedBuffer))
                      : 0),
        buffers_(reinterpret_cast<PlannedBuffer*>(graph->arena + base_)) {
    // Not in one: the compiler would call memset.
    stacks_[0].top = stacks_[1].top = 0;
    stacks_[0].height = stacks_[1].height = 0;
  }

  bool Plan(ModelReader::Vector inputs, ModelReader::Vector outputs, PlannedArena* planned);

 private:
  // Gives a tensor or scratch that the op at hand is the last to need its buffer: the number of it
  // takes the place of its size. `tensor` is for the message.
  bool Add(Location* location, uint32_t tensor);
  // For a tensor that is read before an op computes it: a variable may be, which is what the Invoke
  // before left.
  bool Keep(uint32_t index);
  // The op at hand needs a tensor.
  bool Use(uint32_t index);
  // The op at hand computes a tensor.
  bool Compute(uint32_t index);
  // It does so over its input, which nobody needs any more.
  void TakeOver(Location* input, Location output);
  bool MeetOp();

  // The next buffer of the stack, counted as Stack::top is.
  static uint16_t& Below(PlannedBuffer& buffer) { return buffer.own[0]; }
  // Which of the stacks it is on: 1 for the one from the memory's end.
  static uint16_t& IsAtEnd(PlannedBuffer& buffer) { return buffer.own[1]; }

  // A buffer that the op at hand computes: those before it do not need it.
  void Born(Location location) {
    PlannedBuffer& buffer = buffers_[BufferOf(location)];
    buffer.first = static_cast<uint16_t>(op_);
    ending_ += buffer.bytes;
  }

  Graph& graph_;
  const uint32_t base_;      // where buffers begin in the arena
  const uint32_t capacity_;  // how many there is room for
  PlannedBuffer* const buffers_;
  uint32_t count_ = 0;
  uint32_t op_ = 0;      // that is at hand
  uint32_t live_ = 0;    // bytes alive at it
  uint32_t ending_ = 0;  // of these, those that are not alive before it
  uint32_t lowest_ = 0;  // the most bytes alive at one op: no plan can be lower
  uint32_t height_ = 0;  // of both stacks; UINT32_MAX: they do not hold what was met
  uint32_t unborn_ = 0;  // tensors that no op was met yet to compute
  // Of a buffer, offset is the distance from its stack's end while the stacks grow.
  struct Stack {
    uint32_t top;     // number of the buffer on top, counted from 1; 0: it is empty
    uint32_t height;  // bytes
  };
  Stack stacks_[2];
};

bool ArenaPlanner::Add(Location* location, uint32_t tensor) {
  const uint32_t bytes = AlignUp(*location & ~kComputed);
  if (count_ == capacity_) {
    DoesNotFit(graph_, tensor, bytes, base_ + (count_ + 1) * uint32_t{sizeof(PlannedBuffer)});
    return false;
  }
  for (Stack& stack : stacks_) {
    // What an op after this one computes lies there no more.
    while (stack.top != 0 && buffers_[stack.top - 1].first > op_) {
      stack.height = buffers_[stack.top - 1].offset;
      stack.top = Below(buffers_[stack.top - 1]);
    }
  }
  const uint32_t both = stacks_[0].height + stacks_[1].height + bytes;
  height_ = both > height_ ? both : height_;
  live_ += bytes;
  const uint32_t end = stacks_[1].height < stacks_[0].height ? 1 : 0;
  Stack& stack = stacks_[end];
  PlannedBuffer& buffer = buffers_[count_];
  buffer.bytes = bytes;
  buffer.offset = stack.height;
  buffer.first = 0;
  buffer.last = static_cast<uint16_t>(op_ + 1);
  Below(buffer) = static_cast<uint16_t>(stack.top);
  IsAtEnd(buffer) = static_cast<uint16_t>(end);
  *location = kPlanned + count_++;
  stack.top = count_;
  stack.height += bytes;
  return true;
}

bool ArenaPlanner::Keep(uint32_t index) {
  const Location location = graph_.locations[index];
  if (!IsPlanned(location) || !graph_.IsVariable(index)) {
    MicroPrintf("the model is malformed: tensor %u is not computed once, before it is read",
                static_cast<unsigned>(index));
    return false;
  }
  PlannedBuffer& buffer = buffers_[BufferOf(location)];
  buffer.first = 0;
  buffer.last = UINT16_MAX;
  height_ = UINT32_MAX;
  graph_.keeps_tensors = true;
  return true;
}

bool ArenaPlanner::Use(uint32_t index) {
  TensorInfo info;
  if ((index >= graph_.tensors.count || graph_.locations[index] == kNowhere) &&
      !graph_.ReadTensor(static_cast<int32_t>(index), &info)) {
    return false;
  }
  Location& location = graph_.locations[index];
  if ((location & kInModel) != 0) {
    return true;
  }
  if (IsPlanned(location)) {
    return (location & kBorn) == 0 || Keep(index);
  }
  ++unborn_;
  return Add(&location, index);
}

bool ArenaPlanner::Compute(uint32_t index) {
  // Mostly an op after this one uses it.
  if (!(index < graph_.tensors.count && IsPlanned(graph_.locations[index])) && !Use(index)) {
    return false;
  }
  Location& location = graph_.locations[index];
  if ((location & (kInModel | kBorn)) != 0) {
    return Keep(index);
  }
  Born(location);
  location |= kBorn;
  --unborn_;
  return true;
}

void ArenaPlanner::TakeOver(Location* input, Location output) {
  const uint32_t bytes = AlignUp(*input & ~kComputed);
  PlannedBuffer& buffer = buffers_[BufferOf(output)];
  ending_ -= buffer.bytes;
  buffer.first = 0;
  if (bytes > buffer.bytes) {
    live_ += bytes - buffer.bytes;
    buffer.bytes = bytes;
    height_ = UINT32_MAX;
  }
  *input = output & ~kBorn;
  ++unborn_;
}

bool ArenaPlanner::MeetOp() {
  Node& node = graph_.nodes[op_];
  const Graph::Indices inputs = graph_.IndicesAt(node.inputs);
  const Graph::Indices outputs = graph_.IndicesAt(node.outputs);
  for (const uint32_t index : outputs) {
    if (!Compute(index)) {
      return false;
    }
  }
  const uint32_t* input = inputs.first;
  for (uint32_t allowed = node.in_place_inputs; allowed != 0; allowed >>= 1, ++input) {
    const uint32_t to = *outputs.first;
    if ((allowed & 1) != 0 && (graph_.locations[*input] & kComputed) != 0 &&
        !graph_.IsVariable(*input) && !graph_.IsVariable(to)) {
      TakeOver(&graph_.locations[*input], graph_.locations[to]);
      break;
    }
  }
  for (const uint32_t index : inputs) {
    const bool is_constant =
        index < graph_.tensors.count && (graph_.locations[index] & kInModel) != 0;
    if (!is_constant && index != kNoTensor && !Use(index)) {
      return false;
    }
  }
  if (node.scratch != 0) {
    if (!Add(&node.scratch, *outputs.first)) {
      return false;
    }
    Born(node.scratch);
  }
  lowest_ = live_ > lowest_ ? live_ : lowest_;
  live_ -= ending_;
  ending_ = 0;
  return true;
}

bool ArenaPlanner::Plan(ModelReader::Vector inputs, ModelReader::Vector outputs,
                        PlannedArena* planned) {
  Location* const locations = graph_.locations;
  op_ = graph_.operators.count;
  for (const uint32_t index : graph_.IndicesAt(outputs.pos)) {
    // As if an op beyond the last one read it, so that none takes it over.
    if (!Use(index) || ((locations[index] & kInModel) != 0 && graph_.depth == 0 && !Keep(index))) {
      return false;
    }
  }
  while (op_ != 0) {
    --op_;
    if (!MeetOp()) {
      return false;
    }
  }
  for (const uint32_t index : graph_.IndicesAt(inputs.pos)) {
    if (!Compute(index)) {
      return false;
    }
  }
  for (uint32_t i = 0; unborn_ != 0 && i < graph_.tensors.count; ++i) {
    if (IsPlanned(locations[i]) && (locations[i] & kBorn) == 0 && !Keep(i)) {
      return false;
    }
  }

  if (height_ != lowest_) {
    height_ = PlanMemory(buffers_, count_);
    const MemoryPlanReader as_model_says = graph_.resolver.memory_plan_reader();
    if (height_ != lowest_ && as_model_says) {
      height_ = as_model_says(graph_, buffers_, count_, height_);
    }
  } else {
    for (uint32_t i = 0; i < count_; ++i) {
      PlannedBuffer& buffer = buffers_[i];
      if (IsAtEnd(buffer) != 0) {
        buffer.offset = height_ - buffer.offset - buffer.bytes;
      }
    }
  }
  const uint32_t planning_bytes = AlignUp(count_ * static_cast<uint32_t>(sizeof(PlannedBuffer)));
  planned->activation_bytes = height_;
  planned->used_bytes = base_ + (height_ > planning_bytes ? height_ : planning_bytes);
  if (planned->used_bytes > graph_.arena_bytes) {
    PlanDoesNotFit(graph_, buffers_, count_, base_, planned->used_bytes);
    return false;
  }
  for (Location* location = locations; location != locations + graph_.tensors.count; ++location) {
    if ((*location & kInModel) == 0 && IsPlanned(*location)) {
      *location = base_ + buffers_[BufferOf(*location)].offset;
    }
  }
  for (Node* node = graph_.nodes; node != graph_.nodes + graph_.operators.count; ++node) {
    if (node->scratch != 0) {
      node->scratch = base_ + buffers_[BufferOf(node->scratch)].offset;
    }
  }
  return true;
}

}  // namespace

// Not inlined: its frame would be on the stack while the ops are prepared.
[[gnu::noinline]] bool PlanArena(Graph* graph, ModelReader::Vector inputs,
                                 ModelReader::Vector outputs, PlannedArena* planned) {
  return ArenaPlanner(graph).Plan(inputs, outputs, planned);
}

}  // namespace tflm
