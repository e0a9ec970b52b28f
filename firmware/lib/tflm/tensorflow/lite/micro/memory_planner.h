// Where in the arena each buffer lives, so that buffers whose lives do not meet share memory.

#ifndef TENSORFLOW_LITE_MICRO_MEMORY_PLANNER_H_
#define TENSORFLOW_LITE_MICRO_MEMORY_PLANNER_H_

#include <stdint.h>

namespace tflm {

constexpr uint32_t kBufferAlignment = 16;

constexpr uint32_t AlignUp(uint32_t bytes) {
  return (bytes + kBufferAlignment - 1) & ~(kBufferAlignment - 1);
}

struct PlannedBuffer {
  uint32_t bytes;   // a multiple of kBufferAlignment, at least that
  uint32_t offset;  // out: the plan
  uint16_t first;   // alive in the half-open range [first, last) of op indices
  uint16_t last;
  uint16_t own[2];  // for whoever plans
};

constexpr uint32_t kUnplaced = UINT32_MAX;  // as an offset

// A plan that grows: buffers get their places one after another, in the way of none before them.
class GrowingPlan {
 public:
  // Of `buffers` offset is the plan's, at first kUnplaced, and own[0] its notes.
  GrowingPlan(PlannedBuffer* buffers, uint32_t all);

  // From `lowest` on, the first offset at which a buffer fits.
  uint32_t FirstFit(const PlannedBuffer& buffer, uint32_t lowest) const;
  void Place(PlannedBuffer* buffer, uint32_t offset);
  // Places what is kUnplaced, the largest first, each at the lowest offset that fits. Returns the
  // plan's height in bytes.
  uint32_t PlaceRest();

 private:
  // The placed ones by offset: which buffer is the i-th of them.
  uint16_t& placed(uint32_t i) { return buffers_[i].own[0]; }
  const PlannedBuffer& placed_buffer(uint32_t i) const { return buffers_[buffers_[i].own[0]]; }

  PlannedBuffer* const buffers_;
  const uint32_t all_;
  uint32_t count_ = 0;  // of those placed
  uint32_t height_ = 0;
};

// Greedy placement of all buffers. Returns the plan's height in bytes.
uint32_t PlanMemory(PlannedBuffer* buffers, uint32_t count);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_MEMORY_PLANNER_H_
