#include "tensorflow/lite/micro/memory_planner.h"

namespace tflm {
namespace {

enum class Order { kSize, kFirstUse, kLifetime, kLastUse };
constexpr Order kOrders[] = {Order::kSize, Order::kFirstUse, Order::kLifetime, Order::kLastUse};

bool Before(const PlannedBuffer& a, const PlannedBuffer& b, Order order) {
  switch (order) {
    case Order::kFirstUse:
      return a.first != b.first ? a.first < b.first : a.bytes > b.bytes;
    case Order::kLastUse:
      return a.last != b.last ? a.last > b.last : a.bytes > b.bytes;
    case Order::kLifetime: {
      const uint32_t life_a = a.last - a.first;
      const uint32_t life_b = b.last - b.first;
      return life_a != life_b ? life_a > life_b : a.bytes > b.bytes;
    }
    case Order::kSize:
      break;
  }
  return a.bytes != b.bytes ? a.bytes > b.bytes : a.first < b.first;
}

uint32_t Place(PlannedBuffer* buffers, uint32_t count, Order order) {
  for (uint32_t i = 0; i < count;
       ++i) {  // insertion sort: counts are small and the code is smaller
    uint32_t slot = i;
    for (; slot > 0 && Before(buffers[i], buffers[buffers[slot - 1].order], order); --slot) {
      buffers[slot].order = buffers[slot - 1].order;
    }
    buffers[slot].order = static_cast<uint16_t>(i);
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
    uint32_t slot = i;
    for (; slot > 0 && buffers[buffers[slot - 1].placed].trial > offset; --slot) {
      buffers[slot].placed = buffers[slot - 1].placed;
    }
    buffers[slot].placed = buffers[i].order;
  }
  return height;
}

}  // namespace

uint32_t PlanLowerBound(const PlannedBuffer* buffers, uint32_t count) {
  uint32_t bound = 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t alive = 0;  // when buffer i is born; the peak is at some birth
    for (uint32_t j = 0; j < count; ++j) {
      if (buffers[j].first <= buffers[i].first && buffers[i].first < buffers[j].last) {
        alive += buffers[j].bytes;
      }
    }
    bound = alive > bound ? alive : bound;
  }
  return bound;
}

uint32_t PlanMemory(PlannedBuffer* buffers, uint32_t count) {
  const uint32_t bound = PlanLowerBound(buffers, count);
  uint32_t best = UINT32_MAX;
  for (const Order order : kOrders) {
    const uint32_t height = Place(buffers, count, order);
    if (height < best) {
      best = height;
      for (uint32_t i = 0; i < count; ++i) {
        buffers[i].offset = buffers[i].trial;
      }
    }
    if (best == bound) {
      break;
    }
  }
  return best;
}

}  // namespace tflm
