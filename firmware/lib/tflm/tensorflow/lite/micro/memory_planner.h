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
  uint32_t trial;   // the planner's own: the offset in the order being tried
  uint16_t first;   // alive in the half-open range [first, last) of op indices
  uint16_t last;
  uint16_t order;   // the planner's own: place in the order being tried
  uint16_t placed;  // the planner's own: index of the buffer at this place, by offset
};

// Greedy placement at the lowest fitting offset, in several orders; the best plan is kept, and the
// search ends at the lower bound (the most bytes alive at one op), which no plan can beat. Returns
// the plan's height in bytes.
uint32_t PlanMemory(PlannedBuffer* buffers, uint32_t count);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_MEMORY_PLANNER_H_
