#include "tensorflow/lite/micro/memory_planner.h"

namespace tflm {

GrowingPlan::GrowingPlan(PlannedBuffer* buffers, uint32_t all) : buffers_(buffers), all_(all) {
  for (uint32_t i = 0; i < all; ++i) {
    buffers[i].offset = kUnplaced;
  }
}

uint32_t GrowingPlan::FirstFit(const PlannedBuffer& buffer, uint32_t lowest) const {
  uint32_t offset = lowest;
  for (uint32_t i = 0; i < count_; ++i) {
    const PlannedBuffer& other = placed_buffer(i);
    if (other.first >= buffer.last || buffer.first >= other.last ||
        other.offset + other.bytes <= offset) {
      continue;
    }
    if (offset + buffer.bytes <= other.offset) {
      break;
    }
    offset = other.offset + other.bytes;
  }
  return offset;
}

void GrowingPlan::Place(PlannedBuffer* buffer, uint32_t offset) {
  buffer->offset = offset;
  if (offset + buffer->bytes > height_) {
    height_ = offset + buffer->bytes;
  }
  uint32_t at = count_++;
  for (; at > 0 && placed_buffer(at - 1).offset > offset; --at) {
    placed(at) = placed(at - 1);
  }
  placed(at) = static_cast<uint16_t>(buffer - buffers_);
}

uint32_t GrowingPlan::PlaceRest() {
  PlannedBuffer* const end = buffers_ + all_;
  while (count_ < all_) {
    PlannedBuffer* largest = nullptr;
    for (PlannedBuffer* buffer = buffers_; buffer != end; ++buffer) {
      // Of equal ones, the first.
      if (buffer->offset == kUnplaced && (!largest || buffer->bytes > largest->bytes)) {
        largest = buffer;
      }
    }
    Place(largest, FirstFit(*largest, 0));
  }
  return height_;
}

uint32_t PlanMemory(PlannedBuffer* buffers, uint32_t count) {
  return GrowingPlan(buffers, count).PlaceRest();
}

}  // namespace tflm
