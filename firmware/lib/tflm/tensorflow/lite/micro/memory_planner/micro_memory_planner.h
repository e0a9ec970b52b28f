// Upstream's planners by their names, for code that hands one to MicroAllocator::Create. There is
// one planner for all, which is the interpreter's own (micro/memory_planner.h).

#ifndef TENSORFLOW_LITE_MICRO_MEMORY_PLANNER_MICRO_MEMORY_PLANNER_H_
#define TENSORFLOW_LITE_MICRO_MEMORY_PLANNER_MICRO_MEMORY_PLANNER_H_

namespace tflite {

class MicroMemoryPlanner {};

class GreedyMemoryPlanner : public MicroMemoryPlanner {};
class LinearMemoryPlanner : public MicroMemoryPlanner {};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MEMORY_PLANNER_MICRO_MEMORY_PLANNER_H_
