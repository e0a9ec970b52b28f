#include "op_watch.h"

#include <cstring>

#include "tensorflow/lite/micro/memory_planner.h"

namespace checks {

using tflm::Graph;

namespace {

bool IsCustom(const char* tag) {
#define MCUFORGE_CUSTOM_OP(CODE, Function) \
  if (std::strcmp(tag, CODE) == 0) return true;
#include "custom_ops.def"
#undef MCUFORGE_CUSTOM_OP
  return false;
}

// Whether an op writes the variables among its inputs, too: they are its states.
bool HasStates(const char* tag) {
  return std::strcmp(tag, "UNIDIRECTIONAL_SEQUENCE_LSTM") == 0 || std::strcmp(tag, "SVDF") == 0;
}

// Whether an op keeps nodes and locations of its own, which move at its first run.
bool HasSubgraphs(const char* tag) {
  return std::strcmp(tag, "IF") == 0 || std::strcmp(tag, "WHILE") == 0;
}

}  // namespace

void OpWatch::Start(const Graph& graph, uint8_t* arena, uint32_t arena_bytes) {
  graph_ = &graph;
  arena_ = arena;
  arena_bytes_ = arena_bytes;
}

void OpWatch::Add(int32_t tensor, bool written) {
  tflm::TensorInfo info;
  if (tensor < 0 || range_count_ == kMaxRanges || !graph_->ReadTensor(tensor, &info)) {
    return;
  }
  const tflm::Location location = graph_->locations[tensor];
  if ((location & tflm::kInModel) || location == tflm::kNowhere) {
    return;
  }
  const Range range{location, location + info.bytes};
  ranges_[range_count_++] = range;
  if (written) {
    written_[written_count_++] = range;
  }
}

bool OpWatch::IsAlive(uint32_t tensor, uint32_t node) const {
  // Born by an earlier op (or before all), read by this one or a later one (or after all).
  bool read = false;
  bool computed_later = false;
  for (uint32_t i = 0; i < graph_->operators.count; ++i) {
    const tflm::Node& other = graph_->nodes[i];
    for (const uint32_t index : graph_->IndicesAt(other.inputs)) {
      read = read || (i >= node && index == tensor);
    }
    for (const uint32_t index : graph_->IndicesAt(other.outputs)) {
      computed_later = computed_later || (i > node && index == tensor);
    }
  }
  return read && !computed_later;
}

// The runtime keeps a scratch buffer's place but not its size: it may reach as far as the next
// tensor that is alive.
void OpWatch::AddScratch() {
  const uint32_t begin = graph_->nodes[node_].scratch;
  if (begin == 0 || range_count_ == kMaxRanges) {
    return;
  }
  uint32_t end = arena_bytes_;
  for (uint32_t i = 0; i < graph_->tensors.count; ++i) {
    const tflm::Location location = graph_->locations[i];
    if (location > begin && location < end && IsAlive(i, node_)) {
      end = location;
    }
  }
  for (uint32_t i = 0; i < range_count_; ++i) {
    if (ranges_[i].begin > begin && ranges_[i].begin < end) {
      end = ranges_[i].begin;
    }
  }
  ranges_[range_count_++] = Range{begin, end};
  written_[written_count_++] = Range{begin, end};
}

// What the op allocated in its prepare function: up to what the next op did.
void OpWatch::AddPersistent() {
  uint32_t end = graph_->persistent_bytes;
  for (uint32_t i = graph_->operators.count - 1; i > node_; --i) {
    if (graph_->nodes[i].params != 0) {
      end = 4u * graph_->nodes[i].params;
    }
  }
  written_[written_count_++] = Range{4u * graph_->nodes[node_].params, end};
}

// FNV-1a over the arena without what the op may write.
uint32_t OpWatch::HashOfTheRest() const {
  uint32_t hash = UINT32_C(2166136261);
  uint32_t at = 0;
  while (at < arena_bytes_) {
    uint32_t end = arena_bytes_;
    bool inside = false;
    for (uint32_t i = 0; i < written_count_; ++i) {
      if (written_[i].begin <= at && at < written_[i].end) {
        at = written_[i].end;
        inside = true;
        break;
      }
      if (written_[i].begin > at && written_[i].begin < end) {
        end = written_[i].begin;
      }
    }
    for (; !inside && at < end; ++at) {
      hash = (hash ^ arena_[at]) * UINT32_C(16777619);
    }
  }
  return hash;
}

uint32_t OpWatch::BeginEvent(const char* tag) {
  if (!graph_) {
    return 0;
  }
  range_count_ = written_count_ = 0;
  keeps_state_ = std::strstr(tag, "VARIABLE") || std::strstr(tag, "CALL_ONCE");
  const tflm::Node& node = graph_->nodes[node_];
  for (const uint32_t index : graph_->IndicesAt(node.inputs)) {
    Add(static_cast<int32_t>(index),
        HasStates(tag) && index < graph_->tensors.count && graph_->IsVariable(index));
  }
  for (const uint32_t index : graph_->IndicesAt(node.outputs)) {
    Add(static_cast<int32_t>(index), true);
  }
  AddScratch();
  if ((IsCustom(tag) || HasSubgraphs(tag)) && written_count_ < kMaxRanges) {
    AddPersistent();
  }
  hash_ = HashOfTheRest();
  if (!keeps_state_ && range_count_ < kMaxRanges) {
    AllowOnly(arena_, tflm::AlignUp(graph_->persistent_bytes), arena_bytes_, ranges_, range_count_);
  }
  return 0;
}

void OpWatch::EndEvent(uint32_t) {
  if (!graph_) {
    return;
  }
  AllowAll(arena_, arena_bytes_);
  if (!keeps_state_ && offender_ == kNone && range_count_ < kMaxRanges &&
      hash_ != HashOfTheRest()) {
    offender_ = node_;
  }
  ++node_;
}

}  // namespace checks
