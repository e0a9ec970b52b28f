// Smooths the scores of a stream over time, so that one unclear frame is no detection and one
// object is one detection: a moving average, a threshold, and a pause after each detection.

#ifndef MCUFORGE_SRC_SMOOTHING_H_
#define MCUFORGE_SRC_SMOOTHING_H_

#include <cstddef>
#include <cstdint>

#include "wire/ids.h"

namespace smoothing {

struct Parameters {
  uint8_t frames;      // of which the mean is taken: 1..kSTREAM_MOST_FRAMES
  int8_t threshold;    // least mean of a detection
  uint8_t refractory;  // frames without a detection after each one
};

inline bool IsValid(const Parameters& parameters) {
  return parameters.frames >= 1 && parameters.frames <= wire::kSTREAM_MOST_FRAMES;
}

template <size_t kClasses>
class Smoother {
 public:
  // Begins a new stream; has to come before the first Take. `parameters` must be valid.
  void Start(const Parameters& parameters) {
    parameters_ = parameters;
    next_ = count_ = pause_ = 0;
  }

  // Takes the scores of the next frame. Returns the class that is detected, or kNOTHING_DETECTED;
  // `means`, with room for kClasses, receives the mean of each class, rounded down.
  uint8_t Take(const int8_t* scores, int8_t* means) {
    for (size_t i = 0; i < kClasses; ++i) history_[next_][i] = FromSigned(scores[i]);
    next_ = static_cast<uint8_t>(next_ + 1 == parameters_.frames ? 0 : next_ + 1);
    if (count_ < parameters_.frames) ++count_;
    size_t best = 0;
    for (size_t i = 0; i < kClasses; ++i) {
      uint32_t sum = 0;
      for (size_t frame = 0; frame < count_; ++frame) sum += history_[frame][i];
      means[i] = static_cast<int8_t>(static_cast<int32_t>(sum / count_) + INT8_MIN);
      if (means[i] > means[best]) best = i;
    }
    if (pause_ > 0) {
      --pause_;
      return wire::kNOTHING_DETECTED;
    }
    if (count_ < parameters_.frames || means[best] < parameters_.threshold) {
      return wire::kNOTHING_DETECTED;
    }
    pause_ = parameters_.refractory;
    return static_cast<uint8_t>(best);
  }

 private:
  // Offset to 0..255, because a quotient of unsigned numbers is rounded down.
  static uint8_t FromSigned(int8_t score) { return static_cast<uint8_t>(score - INT8_MIN); }

  Parameters parameters_;
  uint8_t next_;   // where the next frame goes
  uint8_t count_;  // frames kept
  uint8_t pause_;  // frames left without a detection
  uint8_t history_[wire::kSTREAM_MOST_FRAMES][kClasses];
};

}  // namespace smoothing

#endif  // MCUFORGE_SRC_SMOOTHING_H_
