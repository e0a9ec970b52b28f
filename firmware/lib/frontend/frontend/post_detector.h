// From scores to events: one object, many frames, one detection.

#ifndef MCUFORGE_FRONTEND_POST_DETECTOR_H_
#define MCUFORGE_FRONTEND_POST_DETECTOR_H_

#include <cstdint>

namespace frontend {

// A threshold, and a pause after each detection.
class RefractoryDetector {
 public:
  // threshold: least score of a detection. pause: frames without a detection after each one.
  void Start(int8_t threshold, uint8_t pause) {
    threshold_ = threshold;
    pause_ = pause;
    left_ = 0;
  }

  // The score of the next frame. True: a detection.
  bool Take(int8_t score) {
    if (left_ > 0) {
      --left_;
      return false;
    }
    if (score < threshold_) return false;
    left_ = pause_;
    return true;
  }

 private:
  int8_t threshold_;
  uint8_t pause_;
  uint8_t left_;  // frames of the pause that are to come
};

// Two thresholds: on from the upper one on, off below the lower one, so that a score between them
// does not flicker.
class HysteresisDetector {
 public:
  // off: at most `on`.
  void Start(int8_t on, int8_t off) {
    on_ = on;
    off_ = off;
    is_on_ = false;
  }

  // The score of the next frame. True: a detection, which is the frame that turns it on.
  bool Take(int8_t score) {
    const bool was_on = is_on_;
    is_on_ = score >= (was_on ? off_ : on_);
    return is_on_ && !was_on;
  }

  bool IsOn() const { return is_on_; }

 private:
  int8_t on_;
  int8_t off_;
  bool is_on_;
};

}  // namespace frontend

#endif  // MCUFORGE_FRONTEND_POST_DETECTOR_H_
