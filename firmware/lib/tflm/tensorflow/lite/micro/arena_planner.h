// From the ops that compute and read tensors to the place of each in the arena.

#ifndef TENSORFLOW_LITE_MICRO_ARENA_PLANNER_H_
#define TENSORFLOW_LITE_MICRO_ARENA_PLANNER_H_

#include "tensorflow/lite/micro/graph.h"

namespace tflm {

// While the arena is planned, a location may be a buffer's number with kPlanned, and with kBorn
// once an op that computes the tensor was met.
constexpr Location kPlanned = UINT32_C(1) << 29;
constexpr Location kBorn = UINT32_C(1) << 28;
inline bool IsPlanned(Location location) { return location >> 29 == 1; }
inline uint32_t BufferOf(Location location) { return location & ~(kPlanned | kBorn); }

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
