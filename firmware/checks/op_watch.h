// Watches each op through TFLM's profiler interface: what it may touch is opened before it runs,
// and afterwards nothing else in the arena may have changed.

#ifndef MCUFORGE_CHECKS_OP_WATCH_H_
#define MCUFORGE_CHECKS_OP_WATCH_H_

#include <cstdint>

#include "batch.h"
#include "tensorflow/lite/micro/graph.h"
#include "tensorflow/lite/micro/micro_profiler_interface.h"

namespace checks {

class OpWatch : public tflite::MicroProfilerInterface {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  // Watching starts here; before, events pass unseen.
  void Start(const tflm::Graph& graph, uint8_t* arena, uint32_t arena_bytes);
  void NewInvoke() { node_ = 0; }
  // The first op that wrote where it must not, or kNone.
  uint32_t offender() const { return offender_; }

  uint32_t BeginEvent(const char* tag) override;
  void EndEvent(uint32_t handle) override;

 private:
  static constexpr uint32_t kMaxRanges = 64;

  void Add(int32_t tensor, bool written);
  void AddScratch();
  void AddPersistent();
  bool IsAlive(uint32_t tensor, uint32_t node) const;
  uint32_t HashOfTheRest() const;

  const tflm::Graph* graph_ = nullptr;
  uint8_t* arena_ = nullptr;
  uint32_t arena_bytes_ = 0;
  uint32_t node_ = 0;
  uint32_t offender_ = kNone;
  uint32_t hash_ = 0;
  bool keeps_state_ = false;  // the op writes variables, which are nobody's output
  Range ranges_[kMaxRanges];  // readable
  Range written_[kMaxRanges];
  uint32_t range_count_ = 0;
  uint32_t written_count_ = 0;
};

}  // namespace checks

#endif  // MCUFORGE_CHECKS_OP_WATCH_H_
