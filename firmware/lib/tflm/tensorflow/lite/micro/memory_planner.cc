#include "tensorflow/lite/micro/memory_planner.h"

namespace tflm {
namespace {

constexpr uint32_t kUnplaced = UINT32_MAX;  // as an offset

}  // namespace

uint32_t PlanMemory(PlannedBuffer* buffers, uint32_t count) {
  PlannedBuffer* const end = buffers + count;
  for (PlannedBuffer* buffer = buffers; buffer != end; ++buffer) {
    buffer->offset = kUnplaced;
  }
  // The placed ones by offset: which buffer is the i-th of them stands in buffers[i].
  const auto placed = [buffers](uint32_t i) -> uint16_t& { return buffers[i].own[0]; };
  uint32_t height = 0;
  for (uint32_t i = 0; i < count; ++i) {
    PlannedBuffer* largest = nullptr;  // of equal ones, the first
    for (PlannedBuffer* buffer = buffers; buffer != end; ++buffer) {
      if (buffer->offset == kUnplaced && (!largest || buffer->bytes > largest->bytes)) {
        largest = buffer;
      }
    }
    uint32_t offset = 0;
    for (uint32_t j = 0; j < i; ++j) {
      const PlannedBuffer& other = buffers[placed(j)];
      if (other.first >= largest->last || largest->first >= other.last) {
        continue;
      }
      if (offset + largest->bytes <= other.offset) {
        break;
      }
      if (other.offset + other.bytes > offset) {
        offset = other.offset + other.bytes;
      }
    }
    largest->offset = offset;
    if (offset + largest->bytes > height) {
      height = offset + largest->bytes;
    }
    uint32_t at = i;
    for (; at > 0 && buffers[placed(at - 1)].offset > offset; --at) {
      placed(at) = placed(at - 1);
    }
    placed(at) = static_cast<uint16_t>(largest - buffers);
  }
  return height;
}

}  // namespace tflm
