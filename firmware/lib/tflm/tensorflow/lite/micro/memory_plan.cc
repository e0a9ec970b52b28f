#include "tensorflow/lite/micro/memory_plan.h"

#include <cstring>

#include "tensorflow/lite/micro/arena_planner.h"

namespace tflm {
namespace {

// The offsets of the tensors, in the model; none without a plan.
ModelReader::Vector GivenOffsets(const Graph& graph) {
  // int32 version, subgraph, count, then the offsets.
  static constexpr char kName[] = "OfflineMemoryAllocation";
  constexpr uint32_t kHead = 3;
  enum { kMetadataName = 0, kMetadataBuffer = 1 };
  const ModelReader& reader = graph.reader;
  const ModelReader::Vector all = reader.FieldVector(reader.Root(), model_field::kMetadata, 4);
  for (uint32_t i = 0; i < all.count; ++i) {
    const ModelReader::Table metadata = reader.TableAt(all, i);
    const ModelReader::Vector name = reader.FieldText(metadata, kMetadataName);
    if (name.count != sizeof(kName) - 1 ||
        std::memcmp(reader.data() + name.pos, kName, name.count) != 0) {
      continue;
    }
    const ModelReader::Vector data = reader.FieldVector(
        reader.TableAt(graph.buffers, reader.FieldU32(metadata, kMetadataBuffer, 0)),
        buffer_field::kData, 1);
    const uint32_t count = graph.tensors.count;
    if (data.count == 4 * (kHead + count) && data.pos % 4 == 0 &&
        reader.U32Inside(data.pos + 4) == 0 && reader.U32Inside(data.pos + 8) == count) {
      return ModelReader::Vector{data.pos + 4 * kHead, count};
    }
  }
  return ModelReader::Vector{0, 0};
}

}  // namespace

uint32_t PlanAsModelSays(const Graph& graph, PlannedBuffer* buffers, uint32_t count,
                         uint32_t height) {
  constexpr uint32_t kMostWished = UINT32_C(1) << 30;  // beyond it, sums might wrap
  const ModelReader::Vector offsets = GivenOffsets(graph);
  if (offsets.count == 0) {
    return height;
  }
  GrowingPlan plan(buffers, count);
  for (uint32_t i = 0; i < offsets.count; ++i) {
    if (IsPlanned(graph.locations[i])) {
      // -1, for a tensor that the plan leaves open, is kUnplaced.
      buffers[BufferOf(graph.locations[i])].offset = graph.reader.U32Inside(offsets.pos + 4 * i);
    }
  }
  for (PlannedBuffer* buffer = buffers; buffer != buffers + count; ++buffer) {
    const uint32_t wish = buffer->offset;
    buffer->offset = kUnplaced;
    if (wish < kMostWished && wish % kBufferAlignment == 0 &&
        plan.FirstFit(*buffer, wish) == wish) {
      plan.Place(buffer, wish);
    }
  }
  const uint32_t as_given = plan.PlaceRest();
  return as_given < height ? as_given : PlanMemory(buffers, count);
}

}  // namespace tflm
