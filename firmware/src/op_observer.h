// Follows an inference op by op, through the profiler interface of the TFLM API.

#ifndef MCUFORGE_SRC_OP_OBSERVER_H_
#define MCUFORGE_SRC_OP_OBSERVER_H_

#include "board.h"
#include "model.h"
#include "tensorflow/lite/micro/micro_profiler_interface.h"

namespace model {

// Without an OnOp an event costs one comparison. Where a runtime reports the ops of a graph that an
// op calls (upstream does for CALL_ONCE), their events lie inside that op's and belong to it.
class OpObserver final : public tflite::MicroProfilerInterface {
 public:
  // Never made with new; without this the virtual destructor would link the heap.
  static void operator delete(void*) {}

  // The next event is op 0. `on_op` may be null.
  void Start(OnOp on_op) {
    on_op_ = on_op;
    op_ = 0;
    depth_ = 0;
  }

  uint32_t BeginEvent(const char*) override {
    if (on_op_ != nullptr && depth_++ == 0) start_ = board::Ticks();
    return {};
  }
  void EndEvent(uint32_t) override {
    if (on_op_ != nullptr && --depth_ == 0) on_op_(op_++, board::Ticks() - start_);
  }

 private:
  OnOp on_op_ = nullptr;
  size_t op_;  // these are Start's, and not looked at without an OnOp
  size_t depth_;
  uint32_t start_;
};

}  // namespace model

#endif  // MCUFORGE_SRC_OP_OBSERVER_H_
