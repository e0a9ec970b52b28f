#include "tensorflow/lite/micro/memory_planner.h"

namespace tflm {

uint32_t PlanMemory(PlannedBuffer* buffers, uint32_t count) {
  PlannedBuffer* const end = buffers + count;
  // The placed ones by offset: which buffer is the i-th of them stands in buffers[i].
  const auto placed = [buffers](uint32_t i) -> uint16_t& { return buffers[i].own[0]; };
  uint32_t height = 0;
  PlannedBuffer* wishing = buffers;  // the next whose wish is looked at
  for (uint32_t i = 0; i < count;) {
    PlannedBuffer* chosen = nullptr;
    uint32_t wish = 0;
    const bool wishes = wishing != end;
    if (wishes) {
      chosen = wishing++;
      wish = chosen->offset;
      chosen->offset = kUnplaced;
      if (wish >= kMostWished || wish % kBufferAlignment != 0) {
        continue;
      }
    }
    for (PlannedBuffer* buffer = buffers; !wishes && buffer != end; ++buffer) {
      // The largest; of equal ones, the first.
      if (buffer->offset == kUnplaced && (!chosen || buffer->bytes > chosen->bytes)) {
        chosen = buffer;
      }
    }
    uint32_t offset = wish;
    for (uint32_t j = 0; j < i; ++j) {
      const PlannedBuffer& other = buffers[placed(j)];
      if (other.first >= chosen->last || chosen->first >= other.last ||
          other.offset + other.bytes <= offset) {
        continue;
      }
      if (offset + chosen->bytes <= other.offset) {
        break;
      }
      offset = other.offset + other.bytes;
    }
    if (wishes && offset != wish) {
      continue;
    }
    chosen->offset = offset;
    if (offset + chosen->bytes > height) {
      height = offset + chosen->bytes;
    }
    uint32_t at = i++;
    for (; at > 0 && buffers[placed(at - 1)].offset > offset; --at) {
      placed(at) = placed(at - 1);
    }
    placed(at) = static_cast<uint16_t>(chosen - buffers);
  }
  return height;
}

}  // namespace tflm
