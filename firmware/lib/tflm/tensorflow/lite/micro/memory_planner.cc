#include "tensorflow/lite/micro/memory_planner.h"

namespace tflm {
namespace {

// Orders in which buffers are placed. Ties are left as the order before has them: by size, and
// first by birth, as the buffers are given.
enum Order { kSize, kFirstUse, kLifetime, kLastUse, kOrders };

// What is placed first has the smallest key.
uint32_t Key(const PlannedBuffer& buffer, uint32_t order) {
  switch (order) {
    case kFirstUse:
      return buffer.first;
    case kLifetime:
      return UINT16_MAX + buffer.first - buffer.last;
    case kLastUse:
      return UINT16_MAX - buffer.last;
    default:
      return UINT32_MAX - buffer.bytes;
  }
}

// Moves entry `at` of a list of buffers to its place before it, where all are sorted by `trial`.
void Insert(PlannedBuffer* buffers, uint16_t PlannedBuffer::* list, uint32_t at) {
  const uint16_t moved = buffers[at].*list;
  for (; at > 0 && buffers[buffers[at - 1].*list].trial > buffers[moved].trial; --at) {
    buffers[at].*list = buffers[at - 1].*list;
  }
  buffers[at].*list = moved;
}

// Places the buffers in an order, each at the lowest offset that fits; returns the plan's height.
uint32_t Place(PlannedBuffer* buffers, uint32_t count, uint32_t order) {
  for (uint32_t i = 0; i < count; ++i) {
    buffers[i].trial = Key(buffers[i], order);
  }
  for (uint32_t i = 1; i < count; ++i) {  // counts are small: the least code is best
    Insert(buffers, &PlannedBuffer::order, i);
  }
  uint32_t height = 0;
  for (uint32_t i = 0; i < count; ++i) {
    PlannedBuffer& buffer = buffers[buffers[i].order];
    uint32_t offset = 0;
    for (uint32_t j = 0; j < i; ++j) {  // the placed ones by offset
      const PlannedBuffer& other = buffers[buffers[j].placed];
      if (other.first >= buffer.last || buffer.first >= other.last) {
        continue;
      }
      if (offset + buffer.bytes <= other.trial) {
        break;
      }
      if (other.trial + other.bytes > offset) {
        offset = other.trial + other.bytes;
      }
    }
    buffer.trial = offset;
    if (offset + buffer.bytes > height) {
      height = offset + buffer.bytes;
    }
    buffers[i].placed = buffers[i].order;
    Insert(buffers, &PlannedBuffer::placed, i);
  }
  return height;
}

// Whether at the birth of a buffer `height` bytes are alive, so that no plan can be lower. It is
// asked while `top` is alive, which ends at that height.
bool IsLowest(const PlannedBuffer* buffers, uint32_t count, const PlannedBuffer& top,
              uint32_t height) {
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t birth = buffers[i].first;
    uint32_t dead = height;
    for (uint32_t j = 0; top.first <= birth && birth < top.last && j < count; ++j) {
      dead -= buffers[j].first <= birth && birth < buffers[j].last ? buffers[j].bytes : 0;
    }
    if (dead == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

uint32_t PlanMemory(PlannedBuffer* buffers, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    buffers[i].order = static_cast<uint16_t>(i);
  }
  uint32_t best = UINT32_MAX;
  for (uint32_t order = kSize; order < kOrders; ++order) {
    const uint32_t height = Place(buffers, count, order);
    if (height >= best) {
      continue;
    }
    best = height;
    const PlannedBuffer* top = buffers;
    for (uint32_t i = 0; i < count; ++i) {
      buffers[i].offset = buffers[i].trial;
      top = buffers[i].offset + buffers[i].bytes == height ? &buffers[i] : top;
    }
    if (IsLowest(buffers, count, *top, height)) {
      break;
    }
  }
  return best;
}

}  // namespace tflm
