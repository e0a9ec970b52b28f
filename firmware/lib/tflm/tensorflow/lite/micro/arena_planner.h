// From the ops that compute and read tensors to the place of each in the arena.

#ifndef TENSORFLOW_LITE_MICRO_ARENA_PLANNER_H_
#define TENSORFLOW_LITE_MICRO_ARENA_PLANNER_H_

#include "tensorflow/lite/micro/graph.h"

namespace tflm {

// Gives every computed tensor and every scratch buffer of a graph whose ops are prepared its place
// above the persistent part of the arena. `inputs`, `outputs`: indices of the graph's own. False,
// with a message, when the arena is too small or an op reads what none computes. used_bytes: what
// the plan needs of the arena, if it came to a plan.
bool PlanArena(Graph* graph, ModelReader::Vector inputs, ModelReader::Vector outputs,
               uint32_t* used_bytes);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_ARENA_PLANNER_H_
