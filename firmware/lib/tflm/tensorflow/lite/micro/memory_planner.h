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

constexpr uint32_t kUnplaced = UINT32_MAX;           // as an offset
constexpr uint32_t kMostWished = UINT32_C(1) << 30;  // beyond it, sums might wrap

// Greedy placement, the largest first, each at the lowest offset that fits. Returns the plan's
// height in bytes. A buffer whose offset is not kUnplaced goes there, if it is aligned and nothing
// that was placed before is in its way.
uint32_t PlanMemory(PlannedBuffer* buffers, uint32_t count);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_MEMORY_PLANNER_H_
