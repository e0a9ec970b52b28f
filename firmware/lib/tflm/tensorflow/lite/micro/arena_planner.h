// From the ops that compute and read tensors to the place of each in the arena.

#ifndef TENSORFLOW_LITE_MICRO_ARENA_PLANNER_H_
#define TENSORFLOW_LITE_MICRO_ARENA_PLANNER_H_

#include "tensorflow/lite/micro/graph.h"

namespace tflm {

// What a plan needs, if it came to one.
struct PlannedArena {
  uint32_t used_bytes;        // of the arena, while it is planned or later
  uint32_t activation_bytes;  // tensors and scratch
};

// Gives every computed tensor and every scratch buffer of a graph whose ops are prepared its place
// above the persistent part of the arena. `inputs`, `outputs`: indices of the graph's own. False,
// with a message, when the arena is too small or an op reads what none computes.
bool PlanArena(Graph* graph, ModelReader::Vector inputs, ModelReader::Vector outputs,
               PlannedArena* planned);

}  // namespace tflm

#endif  // TENSORFLOW_LITE_MICRO_ARENA_PLANNER_H_
