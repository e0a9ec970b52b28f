// What a STREAM_FRAME is answered with: a moving average of the scores, a threshold, and a pause
// after each detection.

#ifndef MCUFORGE_SRC_SMOOTHING_H_
#define MCUFORGE_SRC_SMOOTHING_H_

#include <cstddef>
#include <cstdint>

#include "frontend/post_detector.h"
#include "frontend/post_smoothing.h"
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
    average_.Start(parameters.frames);
    detector_.Start(parameters.threshold, parameters.refractory);
  }

  // Takes the scores of the next frame. Returns the class that is detected, or kNOTHING_DETECTED;
  // `means`, with room for kClasses, receives the mean of each class, rounded down.
  uint8_t Take(const int8_t* scores, int8_t* means) {
    const size_t best = average_.Take(scores, means);
    if (!average_.IsFull() || !detector_.Take(means[best])) return wire::kNOTHING_DETECTED;
    return static_cast<uint8_t>(best);
  }

 private:
  frontend::RefractoryDetector detector_;
  frontend::MovingAverage<kClasses, wire::kSTREAM_MOST_FRAMES> average_;
};

}  // namespace smoothing

#endif  // MCUFORGE_SRC_SMOOTHING_H_
