// A memory plan that comes with the model, as upstream's docs/memory_management.md describes it.

#ifndef TENSORFLOW_LITE_MICRO_MEMORY_PLAN_H_
#define TENSORFLOW_LITE_MICRO_MEMORY_PLAN_H_

#include <stdint.h>

#include "tensorflow/lite/micro/graph.h"
#include "tensorflow/lite/micro/memory_planner.h"

namespace tflm {

// A MemoryPlanReader. The model's offsets are wishes: what they leave open, and what does not fit
// where it should be, is placed as PlanMemory does. Buffers are those that the tensors' locations
// name while the arena is planned.
uint32_t PlanAsModelSays(const Graph& graph, PlannedBuffer* buffers, uint32_t count,
                         uint32_t height);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_MEMORY_PLAN_H_
