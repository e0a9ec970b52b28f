// A profiler that keeps the ticks of up to 1024 events and says them.

#ifndef TENSORFLOW_LITE_MICRO_MICRO_PROFILER_H_
#define TENSORFLOW_LITE_MICRO_MICRO_PROFILER_H_

#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/micro_profiler_interface.h"
#include "tensorflow/lite/micro/micro_time.h"

namespace tflite {

class MicroProfiler : public MicroProfilerInterface {
 public:
  uint32_t BeginEvent(const char* tag) override {
    if (count_ == kMaxEvents) {
      count_ = 0;  // as upstream, it starts over
    }
    events_[count_] = Event{tag, GetCurrentTimeTicks(), 0};
    events_[count_].end = events_[count_].start;
    return count_++;
  }
  void EndEvent(uint32_t event_handle) override {
    events_[event_handle].end = GetCurrentTimeTicks();
  }
  void ClearEvents() { count_ = 0; }
  uint32_t GetTotalTicks() const {
    uint32_t ticks = 0;
    for (uint32_t i = 0; i < count_; ++i) {
      ticks += Ticks(i);
    }
    return ticks;
  }
  void Log() const {
    for (uint32_t i = 0; i < count_; ++i) {
      MicroPrintf("%s took %u ticks", events_[i].tag, static_cast<unsigned>(Ticks(i)));
    }
  }
  void LogCsv() const {
    MicroPrintf("\"Event\",\"Tag\",\"Ticks\"");
    for (uint32_t i = 0; i < count_; ++i) {
      MicroPrintf("%u,%s,%u", static_cast<unsigned>(i), events_[i].tag,
                  static_cast<unsigned>(Ticks(i)));
    }
  }
  // One line for all events of a tag.
  void LogTicksPerTagCsv() const {
    MicroPrintf("\"Unique Tag\",\"Total ticks across all events with that tag.\"");
    for (uint32_t i = 0; i < count_; ++i) {
      uint32_t ticks = 0;
      bool is_first = true;
      for (uint32_t j = 0; j < count_; ++j) {
        if (IsSame(events_[i].tag, events_[j].tag)) {
          is_first = is_first && j >= i;
          ticks += Ticks(j);
        }
      }
      if (is_first) {
        MicroPrintf("%s, %u", events_[i].tag, static_cast<unsigned>(ticks));
      }
    }
    MicroPrintf("total number of ticks, %u", static_cast<unsigned>(GetTotalTicks()));
  }

 private:
  static constexpr uint32_t kMaxEvents = 1024;
  struct Event {
    const char* tag;
    uint32_t start, end;
  };

  uint32_t Ticks(uint32_t i) const { return events_[i].end - events_[i].start; }
  static bool IsSame(const char* a, const char* b) {
    while (*a != 0 && *a == *b) {
      ++a;
      ++b;
    }
    return *a == *b;
  }

  Event events_[kMaxEvents];
  uint32_t count_ = 0;
};

// Times a scope.
class ScopedMicroProfiler {
 public:
  ScopedMicroProfiler(const char* tag, MicroProfilerInterface* profiler)
      : profiler_(profiler), event_(profiler ? profiler->BeginEvent(tag) : 0) {}
  ~ScopedMicroProfiler() {
    if (profiler_) {
      profiler_->EndEvent(event_);
    }
  }
  ScopedMicroProfiler(const ScopedMicroProfiler&) = delete;
  ScopedMicroProfiler& operator=(const ScopedMicroProfiler&) = delete;

 private:
  MicroProfilerInterface* const profiler_;
  const uint32_t event_;
};

}  // namespace tflite

#endif  // TENSORFLOW_LITE_MICRO_MICRO_PROFILER_H_
